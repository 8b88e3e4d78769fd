"""Links: type, speed and signal, and never what a network is called or where it is."""

import json
import struct
from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.parsers.network import nl80211, windows_rows
from homeroom_agent.parsers.network.link import LinkFacts, band, band_of_channel
from homeroom_agent.probes import _nl80211, links

NET = "sys/class/net"
HARDWARE = {"device/uevent": "\n"}


def interface(name: str, **files: str | int) -> dict[str, str]:
    plain = {"type": 1, "operstate": "up", **files}
    return under(f"{NET}/{name}", **plain) | {f"{NET}/{name}/{path}": text for path, text in HARDWARE.items()}


def linux(*parts: dict[str, str], **more: Any) -> dict[str, Any]:
    return sysfs("network", {path: text for part in parts for path, text in part.items()}, **more)


def test_an_ethernet_link_has_speed_and_duplex():
    link = linux(interface("enp1s0", speed=1000, duplex="full"))["uplink"]
    assert (link["type"], link["speed_mbps"], link["full_duplex"], link["up"]) == ("ethernet", 1000, True, True)


@pytest.mark.parametrize("speed", ["-1", "4294967295", "0", ""])
def test_a_speed_that_is_not_known_is_none(speed: str):
    assert linux(interface("enp1s0", speed=speed))["uplink"]["speed_mbps"] is None


def test_a_speed_that_fails_with_einval_is_none():
    answer = linux(
        interface("enp1s0", operstate="down"),
        errors={f"{NET}/enp1s0/speed": "EINVAL", f"{NET}/enp1s0/carrier": "EINVAL"},
    )
    assert (answer["links"][0]["speed_mbps"], answer["uplink"]) == (None, None)


def test_a_wireless_link_is_known_by_its_directory_or_its_driver():
    by_directory = interface("wlp2s0") | {f"{NET}/wlp2s0/wireless/status": "0\n"}
    by_driver = interface("wlan1") | {f"{NET}/wlan1/uevent": "DEVTYPE=wlan\nINTERFACE=wlan1\n"}
    assert [link["type"] for link in linux(by_directory, by_driver)["links"]] == ["wifi", "wifi"]


def test_bridges_tunnels_and_containers_are_no_links_of_the_machine():
    virtual = under(f"{NET}/docker0", type=1, operstate="up") | under(f"{NET}/tun0", type=65534, operstate="unknown")
    answer = linux(virtual, interface("eth0"), under(f"{NET}/lo", type=772, operstate="unknown"))
    assert [link["name"] for link in answer["links"]] == ["eth0"]


def test_a_capture_cut_down_to_the_class_directory_is_judged_by_names():
    links = [under(f"{NET}/{name}", type=1, operstate="up") for name in ("enp1s0", "docker0", "veth12ab", "wlan0")]
    answer = linux(*links, {f"{NET}/wlan0/phy80211/name": "phy0\n"})
    assert [link["name"] for link in answer["links"]] == ["enp1s0", "wlan0"]


def test_the_kernel_keeps_links_without_hardware_apart():
    real = "sys/devices/virtual/net/eth7"
    answer = linux(under(real, type=1, operstate="up"), symlinks={f"{NET}/eth7": "../../devices/virtual/net/eth7"})
    assert answer["links"] == []


def test_the_link_with_the_default_route_is_the_uplink():
    default = "wlan0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0\n"
    local = "eth0 0000A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0\n"
    head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    routes = {"proc/net/route": head + default + local}
    wireless = interface("wlan0") | {f"{NET}/wlan0/phy80211/name": "phy0\n"}
    assert linux(interface("eth0"), wireless, routes)["uplink"]["name"] == "wlan0"


def test_a_rejecting_default_route_carries_nothing():
    row = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200 eth0\n"
    assert linux(interface("eth0"), {"proc/net/ipv6_route": row})["links"][0]["active"] is False


@pytest.mark.parametrize(("level", "dbm"), [("-51.", -51.0), ("205.", -51.0), ("55.", None), ("0", None), ("x", None)])
def test_the_old_signal_file_wraps_around_256(level: str, dbm: float | None):
    text = f"Inter-| sta-| Quality\n face | tus | link level noise\n wlan0: 0000   59.  {level}  -256        0\n"
    wireless = interface("wlan0") | {f"{NET}/wlan0/phy80211/name": "phy0\n", "proc/net/wireless": text}
    assert linux(wireless)["signal_dbm"] == dbm


def test_counters_of_64_bits_are_kept():
    files = interface("eth0") | under(f"{NET}/eth0/statistics", rx_bytes=2**40, tx_errors=3)
    link = linux(files)["uplink"]
    assert (link["receive_bytes"], link["transmit_errors"], link["receive_drops"]) == (2**40, 3, None)


@pytest.mark.parametrize(
    ("frequency", "name"),
    [
        (2412, "2.4 GHz"),
        (5180, "5 GHz"),
        (5885, "5 GHz"),
        (5955, "6 GHz"),
        (7115, "6 GHz"),
        (60_480, None),
        (None, None),
    ],
)
def test_a_frequency_tells_its_band(frequency: int | None, name: str | None):
    assert band(frequency) == name


@pytest.mark.parametrize(
    ("channel", "name"), [(6, "2.4 GHz"), (11, "2.4 GHz"), (36, "5 GHz"), (1, None), (149, None), (37, None)]
)
def test_a_channel_tells_its_band_only_where_one_band_has_it(channel: int, name: str | None):
    assert band_of_channel(channel) == name


ADAPTER = {
    "Name": "Ethernet",
    "MediaConnectState": 1,
    "InterfaceType": 6,
    "NdisPhysicalMedium": 14,
    "HardwareInterface": True,
}


def test_a_vpn_that_claims_100_gigabits_is_not_the_uplink():
    vpn = ADAPTER | {"Name": "VPN", "HardwareInterface": False, "Virtual": True, "TransmitLinkSpeed": 100_000_000_000}
    wifi = ADAPTER | {"Name": "Wi-Fi", "InterfaceType": 71, "NdisPhysicalMedium": 9, "TransmitLinkSpeed": 866_700_000}
    uplink = parse("network", ".cim.json", {"MSFT_NetAdapter": [vpn, wifi]})["uplink"]
    assert (uplink["name"], uplink["wireless"], uplink["speed_mbps"]) == ("Wi-Fi", True, 866.7)


def test_an_unplugged_adapter_has_no_speed():
    adapter = ADAPTER | {"MediaConnectState": 2, "TransmitLinkSpeed": 1_000_000_000}
    answer = parse("network", ".cim.json", adapter)
    assert (answer["uplink"], answer["links"][0]["speed_mbps"]) == (None, None)


def airport(**network: Any) -> dict[str, Any]:
    interface = {"_name": "en0", "spairport_status_information": "spairport_status_connected"}
    if network:
        interface["spairport_current_network_information"] = network
    others = [{"_name": "Neighbours-WLAN", "spairport_network_channel": "1"}]
    interface["spairport_airport_other_local_wireless_networks"] = others
    return {"SPAirPortDataType": [{"spairport_airport_interfaces": [interface, {"_name": "awdl0"}]}]}


def test_a_macs_wifi_is_read_without_its_name():
    link = {"channel": "44 (5GHz, 80MHz)", "phymode": "802.11ax", "rate": 286, "bssid": "02:00:5e:10:00:00"}
    network = {f"spairport_network_{key}": value for key, value in link.items()}
    network |= {"_name": "School-WiFi", "spairport_signal_noise": "-52 dBm / -90 dBm"}
    answer = parse("network", ".system_profiler.json", airport(**network))
    assert (answer["connected"], answer["signal_dbm"], answer["noise_dbm"], answer["channel"]) == (True, -52, -90, 44)
    assert (answer["band"], answer["tx_bitrate_mbps"], answer["phy"]) == ("5 GHz", 286.0, "802.11ax")
    assert not any(name in json.dumps(answer) for name in ("School-WiFi", "Neighbours-WLAN", "02:00:5e"))


@pytest.mark.parametrize(
    ("channel", "number", "name"),
    [
        ("6", 6, "2.4 GHz"),
        ("149,+1", 149, "5 GHz"),
        (36, 36, "5 GHz"),
        ("37 (6GHz, 160MHz)", 37, "6 GHz"),
        ("1 (2GHz, 20MHz)", 1, "2.4 GHz"),
    ],
)
def test_a_mac_names_channels_in_several_ways(channel: int | str, number: int, name: str):
    answer = parse("network", ".system_profiler.json", airport(spairport_network_channel=channel))
    assert (answer["channel"], answer["band"]) == (number, name)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind: int, payload: bytes, flags: int = 0) -> bytes:
    body = struct.pack("=BBH", 0, 1, 0) + payload
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body


DONE = struct.pack("=IHHIIi", 20, 3, 2, 1, 0, 0)
STATION = (
    attribute(7, struct.pack("=b", -51))
    + attribute(8, attribute(1, struct.pack("=H", 8667)))
    + attribute(16, struct.pack("=I", 90))
)
INDEX = attribute(3, struct.pack("=I", 3))
INTERFACE = INDEX + attribute(4, b"wlan0\x00") + attribute(52, b"School-WiFi") + attribute(38, struct.pack("=I", 5180))
PEER = INDEX + attribute(6, bytes.fromhex("02005e100000")) + attribute(21 | 0x8000, STATION)
KERNEL = [
    message(16, attribute(1, struct.pack("=H", 28)) + attribute(2, b"nl80211\x00")),
    message(28, INTERFACE, 2) + DONE,
    message(28, PEER, 2) + DONE,
]


def test_the_kernels_wifi_layer_tells_signal_rate_and_frequency():
    answers = iter(KERNEL)
    radios = _nl80211.ask(lambda message: next(answers))
    radio = radios["wlan0"]
    assert (radio.signal_dbm, radio.rate_bps, radio.frequency_mhz, radio.connected_seconds) == (
        -51,
        866_700_000,
        5180,
        90,
    )
    assert "School" not in repr(radios)


def test_a_kernel_without_wifi_has_no_radios():
    error = struct.pack("=IHHIIi", 36, 2, 0, 1, 0, -2) + bytes(16)
    assert _nl80211.ask(lambda message: error) == {}


@pytest.mark.parametrize("cut", range(0, len(KERNEL[2]), 7))
def test_a_cut_answer_breaks_nothing(cut: int):
    nl80211.station(KERNEL[2][:cut])
    nl80211.interfaces(KERNEL[1][:cut])
    nl80211.family(KERNEL[0][:cut])


def test_a_message_is_what_the_kernel_expects():
    request = nl80211.stations_request(28, 7, 3)
    assert struct.unpack("=IHHII", request[:16]) == (28, 28, 0x301, 7, 0)
    assert request[16:] == struct.pack("=BBHHHI", 17, 1, 0, 8, 3, 3)


def row(**values: Any) -> bytes:
    """MIB_IF_ROW2 with the given fields, at the places of netioapi.h."""
    raw = bytearray(1352)
    values = {
        "index": 5,
        "alias": "Wi-Fi",
        "type": 71,
        "medium": 9,
        "flags": 0x05,
        "oper": 1,
        "media": 1,
        "speed": 0,
        "octets": (0, 0),
    } | values
    struct.pack_into("<I", raw, 8, values["index"])
    raw[12:28] = bytes(range(16))
    alias = values["alias"].encode("utf-16-le")
    raw[28 : 28 + len(alias)] = alias
    struct.pack_into("<I", raw, 1128, values["type"])
    struct.pack_into("<I", raw, 1140, values["medium"])
    raw[1152] = values["flags"]
    struct.pack_into("<III", raw, 1156, values["oper"], 1, values["media"])
    struct.pack_into("<2Q", raw, 1192, values["speed"], values["speed"])
    struct.pack_into("<Q", raw, 1208, values["octets"][0])
    struct.pack_into("<Q", raw, 1280, values["octets"][1])
    return bytes(raw)


def test_windows_rows_are_read_at_their_places():
    table = row(speed=866_700_000, octets=(7000, 900)) + row(
        index=9, alias="Ethernet", type=6, medium=14, media=2, oper=2
    )
    wifi, wired = windows_rows.links(table, 5, {bytes(range(16)): (-58, 36)})
    assert (wifi.name, wifi.type, wifi.up, wifi.active, wifi.rate_bps) == ("Wi-Fi", "wifi", True, True, 866_700_000)
    assert (wifi.counters.receive_bytes, wifi.counters.transmit_bytes) == (7000, 900)
    assert (wifi.signal_dbm, wifi.band) == (-58, "5 GHz")
    assert (wired.type, wired.up, wired.speed_bps, wired.signal_dbm) == ("ethernet", False, None, None)


def test_windows_filters_tunnels_and_virtual_adapters_are_told_apart():
    table = row(flags=0x07) + row(type=24) + row(type=131) + row(flags=0x00, alias="VPN", type=6, medium=14)
    (vpn,) = windows_rows.links(table)
    assert (vpn.name, vpn.virtual, vpn.active) == ("VPN", True, None)


def wifi(**values: Any) -> LinkFacts:
    return LinkFacts(name="wlan0", type="wifi", up=True, **values)


def test_roaming_is_counted_by_the_age_of_the_association():
    memory: dict[str, Any] = {}
    seen = [(1000.0, 100), (1300.0, 400), (1600.0, 50), (1900.0, 351), (2200.0, 3)]
    assert [links.count_roams(wifi(associated_seconds=age), memory, now) for now, age in seen] == [0, 0, 1, 1, 2]
    assert set(memory["associations"]["wlan0"]) == {"count", "since"}


def test_a_link_that_does_not_say_its_age_has_no_roams():
    assert links.count_roams(wifi(), {}, 1000.0) is None


def test_a_report_explains_what_a_driver_does_not_say():
    facts = links.facts([wifi(frequency_mhz=5180), LinkFacts(name="tun0", up=True, virtual=True)], {}, 0.0)
    assert [link.name for link in facts.sections["links"]] == ["wlan0"]
    assert [missing.path for missing in facts.unavailable] == [
        "links.wlan0.wifi_signal_dbm",
        "links.wlan0.wifi_rate_bps",
    ]


def test_a_container_without_hardware_reports_the_link_it_has():
    facts = links.facts([LinkFacts(name="eth0", up=True, virtual=True, active=True)], {}, 0.0)
    assert [link.name for link in facts.sections["links"]] == ["eth0"]
