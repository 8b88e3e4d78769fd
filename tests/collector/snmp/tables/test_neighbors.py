import pytest

from contracts.recording import RecordingSession
from homeroom_agent.report.network import Bridging, Interface, Neighbor
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import bridge, lldp, neighbors
from homeroom_collector.snmp.reading.tables.cdp import CACHE
from homeroom_collector.snmp.reading.tables.lldp import LOCAL, REMOTE, REMOTE_V2

PORTS = [
    Interface(index=10101, name="Gi1/0/1", description="GigabitEthernet1/0/1", mac="00:11:22:33:44:01"),
    Interface(index=10102, name="Gi1/0/2", description="GigabitEthernet1/0/2", mac="00:11:22:33:44:02"),
]
MAC = b"\xb8\xa4\x4f\xb9\x3d\x1a"


def remote(index, **cells):
    numbers = {"chassis_subtype": 4, "chassis": 5, "port_subtype": 6, "port": 7, "described": 8, "name": 9}
    return {f"{REMOTE}.{numbers[key]}.{index}": value for key, value in cells.items()}


def local(number, subtype, identifier, description=b""):
    cells = {2: subtype, 3: identifier, 4: description}
    return {f"{LOCAL}.{column}.{number}": value for column, value in cells.items()}


async def read(values):
    return await neighbors.read(Reader(RecordingSession(values), Memory()), PORTS)


async def test_a_neighbour_has_name_port_and_address():
    values = remote("0.2.1", chassis_subtype=4, chassis=MAC, port_subtype=5, port=b"ge-0/0/1", name=b"core")
    (found,) = await read(values | local("2", 5, b"Gi1/0/2"))
    assert found == Neighbor(
        local_interface="Gi1/0/2",
        remote_name="core",
        remote_port="ge-0/0/1",
        remote_chassis_id="b8:a4:4f:b9:3d:1a",
    )


async def test_the_local_port_is_found_by_address_description_or_index():
    values = {}
    for n in (1, 2, 3):
        values |= remote(f"0.{n}.1", chassis=MAC, chassis_subtype=4, name=b"n%d" % n)
    values |= local("1", 3, b"\x00\x11\x22\x33\x44\x02") | local("2", 7, b"2", b"GigabitEthernet1/0/1")
    values |= local("3", 7, b"10102")
    assert [n.local_interface for n in await read(values)] == ["Gi1/0/2", "Gi1/0/1", "Gi1/0/2"]


async def test_a_local_number_that_says_nothing_is_a_bridge_port():
    values = remote("0.1.1", chassis=MAC, name=b"a") | local("1", 7, b"01") | {f"{bridge.BASE_PORT_INDEX}.1": 10102}
    assert [n.local_interface for n in await read(values)] == ["Gi1/0/2"]


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        (b"\x30", "access_point"),
        (b"\x24\x00", "phone"),
        (b"\x28", "switch"),
        (b"\x08\x00", "router"),
        (b"\x01", None),
        (b"\x00", None),
        (b"28 2 4", "switch"),
        (b"00", None),
        (b"", None),
        (7, None),
    ],
)
def test_enabled_capabilities_tell_what_a_neighbour_is(capabilities, expected):
    assert lldp.kind(capabilities) == expected


async def test_without_a_local_table_the_number_may_be_the_ifindex():
    assert [n.local_interface for n in await read(remote("0.10101.1", chassis=MAC, name=b"a"))] == ["Gi1/0/1"]


async def test_a_port_that_is_an_address_is_told_by_its_description():
    (found,) = await read(remote("0.1.1", chassis=MAC, port_subtype=3, port=MAC, described=b"eth0", name=b"axis"))
    assert found.remote_port == "eth0"


async def test_a_chassis_may_be_a_network_address_or_a_word():
    values = remote("0.1.1", chassis_subtype=5, chassis=b"\x01\x0a\x00\x00\x01", name=b"phone")
    values |= remote("0.2.1", chassis_subtype=7, chassis=b"local name", name=b"other")
    assert [n.remote_chassis_id for n in await read(values)] == ["10.0.0.1", "local name"]


async def test_the_second_lldp_mib_counts_by_ifindex():
    index = "0.10102.1.1"
    cells = {5: 4, 6: MAC, 7: 5, 8: b"xe-0", 10: b"core"}
    (found,) = await read({f"{REMOTE_V2}.{column}.{index}": value for column, value in cells.items()})
    assert (found.local_interface, found.remote_name, found.remote_port) == ("Gi1/0/2", "core", "xe-0")


async def test_cdp_neighbours_lose_the_serial_number_behind_their_name():
    values = {f"{CACHE}.6.10101.5": b"core.example.org(FOX123)", f"{CACHE}.7.10101.5": b"Ethernet1/1"}
    (found,) = await read(values)
    assert (found.local_interface, found.remote_name, found.remote_port) == (
        "Gi1/0/1",
        "core.example.org",
        "Ethernet1/1",
    )


async def test_an_access_point_is_known_by_its_cdp_platform():
    values = {f"{CACHE}.6.10101.5": b"ap-7", f"{CACHE}.8.10101.5": b"cisco AIR-AP2702I-UXK9"}
    values |= {f"{CACHE}.6.10102.5": b"sw-9", f"{CACHE}.9.10102.5": b"\x00\x00\x00\x28"}
    assert [n.remote_kind for n in await read(values)] == ["access_point", "switch"]


async def test_one_neighbour_told_by_two_protocols_is_one():
    values = remote("0.1.1", chassis=MAC, chassis_subtype=4, port_subtype=5, port=b"Et1", name=b"core.example.org")
    values |= local("1", 5, b"Gi1/0/1") | {f"{CACHE}.6.10101.5": b"CORE", f"{CACHE}.7.10101.5": b"Ethernet1"}
    assert [n.remote_name for n in await read(values)] == ["core.example.org"]


async def test_addresses_are_tied_to_interfaces_through_bridge_ports():
    fdb = f"{bridge.Q_FDB_PORT}.1"
    values = {f"{bridge.BASE_PORT_INDEX}.1": 10101, f"{bridge.BASE_PORT_INDEX}.2": 10102, bridge.ROOT_PORT: 2}
    values |= {f"{fdb}.0.17.34.51.68.85": 1, f"{fdb}.0.17.34.51.68.86": 2, f"{fdb}.0.17.34.51.68.87": 0}
    found = await bridge.read(Reader(RecordingSession(values), Memory()))
    assert found.addresses == {10101: frozenset({"00:11:22:33:44:55"}), 10102: frozenset({"00:11:22:33:44:56"})}
    assert found.root_port == 10102


async def test_a_switch_counts_its_vlans_and_addresses():
    values = {f"{bridge.BASE_PORT_INDEX}.1": 10101, f"{bridge.BASE_PORT_INDEX}.2": 10102, bridge.ROOT_PORT: 2}
    values |= {f"{bridge.LEARNED_COUNT}.1": 40, f"{bridge.LEARNED_COUNT}.20": 2, bridge.VLAN_COUNT: 2}
    found = await bridge.counts(Reader(RecordingSession(values), Memory()), PORTS)
    assert found == Bridging(ports=2, vlans=2, learned_addresses=42, root_port="Gi1/0/2")


async def test_a_device_that_is_no_bridge_costs_one_request():
    session = RecordingSession({})
    assert await bridge.read(Reader(session, Memory())) == bridge.Bridge()
    assert session.cost.requests == 1
