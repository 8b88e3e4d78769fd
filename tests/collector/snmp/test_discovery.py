"""Which addresses are asked, how fast, and when two of them are one device."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from homeroom_agent.report.network import GearIdentity, NetworkGear, System
from homeroom_collector.model import School
from homeroom_collector.snmp.discovery.found_targets import school_finder, targets_of
from homeroom_collector.snmp.discovery.merge import merged
from homeroom_collector.snmp.discovery.search import Discovery, Found, Manners, Marks, Way, addresses
from homeroom_collector.snmp.session import Credentials, Secret

from .pretend import Device, Network, Time


@pytest.mark.parametrize(
    ("texts", "first", "last", "count"),
    [
        (["10.0.0.0/30"], "10.0.0.1", "10.0.0.2", 2),
        (["10.0.0.0/31"], "10.0.0.0", "10.0.0.1", 2),
        (["10.0.0.7"], "10.0.0.7", "10.0.0.7", 1),
        (["10.0.0.250-10.0.1.5"], "10.0.0.250", "10.0.1.5", 12),
        (["2001:db8::1-2001:db8::3"], "2001:db8::1", "2001:db8::3", 3),
        (["10.0.0.0/29", "10.0.0.1"], "10.0.0.1", "10.0.0.6", 6),
        (["10.0.0.0/16"], "10.0.0.1", "10.0.255.254", 65_534),
    ],
)
def test_networks_ranges_and_addresses_are_spelt_out_once(texts, first, last, count):
    found = addresses(texts)
    assert (found[0], found[-1], len(found)) == (first, last, count)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "10.0.0.1/24", "host", "10.0.0.5-10.0.0.1", "10.0.0.1-::1", "", "::/64"]
)
def test_what_is_none_of_these_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match=r"address|network|range|bits|more than"):
        addresses([text])


def found(
    address: str, *, serial: str | None = None, vendor: str = "Acme", name: str = "core", **marks: object
) -> Found:
    gear = NetworkGear(
        reachable=True, system=System(name=name), identity=GearIdentity(vendor=vendor, serial=serial, kind="switch")
    )
    return Found(address=address, way="district", gear=gear, marks=Marks(**marks))


ENGINE = {"engine_id": b"engine", "engine_boots": 4, "engine_started": 1000.0}


def test_the_same_serial_number_is_the_same_device():
    (device,) = merged([found("10.0.0.9", serial="X1"), found("10.0.0.10", serial="X1")])
    assert (device.address, device.also) == ("10.0.0.9", ("10.0.0.10",))


@pytest.mark.parametrize("serial", ["", "0", "None", "Unknown", "0123456789"])
def test_a_serial_number_that_is_none_makes_no_two_devices_one(serial):
    assert len(merged([found("10.0.0.1", serial=serial), found("10.0.0.2", serial=serial)])) == 2


def test_makers_may_use_the_same_numbers():
    pair = [found("10.0.0.1", serial="1", vendor="Acme"), found("10.0.0.2", serial="1", vendor="Other")]
    assert len(merged(pair)) == 2


def test_one_engine_is_one_device():
    pair = [found("10.0.0.1", **ENGINE), found("10.0.0.2", **ENGINE | {"engine_started": 1001.5})]
    assert len(merged(pair)) == 1


@pytest.mark.parametrize(
    "other", [{"engine_boots": 5}, {"engine_started": 5000.0}, {"engine_started": None}, {"engine_id": b"another"}]
)
def test_an_engine_id_that_a_maker_gives_to_all_proves_nothing(other):
    assert len(merged([found("10.0.0.1", **ENGINE), found("10.0.0.2", **ENGINE | other)])) == 2


def test_one_bridge_address_is_one_device():
    pair = [found("10.0.0.1", bridge_address=b"\x02abcde"), found("10.0.0.2", bridge_address=b"\x02abcde")]
    assert len(merged(pair)) == 1


def test_what_links_two_groups_makes_them_one_in_whatever_order():
    a = found("10.0.0.1", serial="X")
    b = found("10.0.0.2", bridge_address=b"\x02abcde")
    c = found("10.0.0.3", serial="X", bridge_address=b"\x02abcde")
    for order in itertools.permutations([a, b, c]):
        (device,) = merged(order)
        assert (device.address, device.also) == ("10.0.0.1", ("10.0.0.2", "10.0.0.3"))


def test_an_address_that_can_be_read_stands_for_the_device():
    silent = replace(found("10.0.0.1", serial="X"), gear=None, trouble="refused", marks=Marks(**ENGINE))
    (device,) = merged([silent, found("10.0.0.2", **ENGINE)])
    assert (device.address, device.also) == ("10.0.0.2", ("10.0.0.1",))


def test_names_are_distinct_and_hold():
    devices = [
        found("10.0.0.1", name="core.lincoln.example"),
        found("10.0.0.2", name="core"),
        found("10.0.0.3", name=""),
    ]
    targets = targets_of(devices, [], lambda address: "")
    assert [target["name"] for target in targets] == ["core", "core-10.0.0.2", "10.0.0.3"]


def test_a_strange_name_becomes_a_plain_one():
    (target,) = targets_of([found("10.0.0.1", name="Room 12 / <b>")], [], lambda address: "")
    assert target["name"] == "Room-12-b"


def test_the_narrowest_network_of_a_school_wins():
    schools = [
        School(school_id="district", name="D", networks=("10.0.0.0/8",)),
        School(school_id="lincoln", name="L", networks=("10.1.0.0/16", "2001:db8::/48")),
    ]
    school_of = school_finder(schools)
    assert [school_of(a) for a in ("10.1.2.3", "10.2.0.1", "2001:db8::5", "192.0.2.1")] == [
        "lincoln",
        "district",
        "lincoln",
        "",
    ]


async def test_no_more_is_asked_than_allowed():
    time = Time()
    network = Network(time)
    wanted = [f"10.0.0.{number}" for number in range(1, 21)]
    for address in wanted:
        network.devices[address] = Device()
    ways = [Way(name="district", credentials=Credentials(community=Secret("public")))]
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        time.now += seconds
        asked.append(time.now)

    manners = Manners(addresses_per_second=10.0, at_once=4, reading_at_once=2)
    discovery = Discovery(network, ways, None, manners, clock=time.clock, wall=time.clock, sleep=sleep)
    devices = await discovery.search(wanted)
    assert [device.address for device in devices] == wanted
    assert asked[-1] - asked[0] == pytest.approx(1.9)
    assert network.most_at_once <= 4 + 2
