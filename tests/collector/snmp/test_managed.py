"""Neighbours that may be somebody's computer do not leave the poller."""

from homeroom_agent.report.network import Neighbor, NetworkGear
from homeroom_collector.snmp.polling.managed import managed

OURS = managed(["02:00:00:00:00:07"], ["Closet-2.district.example", None])


def kept(*neighbors: Neighbor) -> list[Neighbor]:
    return OURS.without_computers(NetworkGear(reachable=True, neighbors=list(neighbors))).neighbors or []


def test_a_laptop_that_speaks_lldp_is_left_out() -> None:
    laptop = Neighbor(local_interface="5", remote_name="miller-laptop", remote_chassis_id="0a:00:27:00:00:99")
    switch = Neighbor(local_interface="48", remote_name="core", remote_kind="switch")
    assert kept(laptop, switch) == [switch]


def test_managed_gear_that_does_not_say_what_it_is_stays() -> None:
    ups = Neighbor(local_interface="3", remote_chassis_id="02:00:00:00:00:07")
    closet = Neighbor(local_interface="4", remote_name="closet-2")
    assert kept(ups, closet) == [ups, closet]


def test_a_device_without_a_name_is_not_known_by_having_none() -> None:
    assert kept(Neighbor(local_interface="3", remote_chassis_id="0a:00:27:00:00:99")) == []


def test_a_device_that_told_of_no_neighbours_is_handed_on_as_it_is() -> None:
    gear = NetworkGear(reachable=False)
    assert OURS.without_computers(gear) is gear
