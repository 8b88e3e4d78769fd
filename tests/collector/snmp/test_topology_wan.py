"""Which ports count as a school's lines to the outside."""

from collector.snmp.test_topology import school, sees, station
from homeroom_agent.report.network import Interface
from homeroom_collector.snmp.topology.graph import draw
from homeroom_collector.snmp.topology.wan import outside_ports


def outside(stations, *, schools=None, named=None):
    school_of = {each.device_id: (schools or {}).get(each.device_id, "lincoln") for each in stations}
    roots = [device_id for device_id, ports in (named or {}).items() if ports]
    return outside_ports(draw(stations, roots), stations, school_of, named or {})


def test_the_firewalls_wan_port_is_recognised():
    assert outside(school()) == {"fw": frozenset({"wan1"})}


def test_of_two_devices_in_a_row_only_the_outermost_counts():
    stations = school()
    stations[1] = station(
        "core",
        2,
        ports=[Interface(index=1, name="Gi1/0/1", alias="to internet firewall"), (2, "Gi1/0/2"), (3, "Gi1/0/3")],
        neighbors=stations[1].gear.neighbors,
    )
    assert outside(stations) == {"fw": frozenset({"wan1"})}


def test_a_school_behind_another_schools_gear_goes_out_through_its_uplink():
    schools = {"closet-a": "lincoln", "ap-1": "lincoln"} | dict.fromkeys(("fw", "core", "closet-b"), "office")
    assert outside(school(), schools=schools) == {"fw": frozenset({"wan1"}), "closet-a": frozenset({"Gi0/48"})}


def test_what_is_named_wins_over_what_is_recognised_in_that_school_only():
    schools = {"closet-a": "lincoln", "ap-1": "lincoln"} | dict.fromkeys(("fw", "core", "closet-b"), "office")
    found = outside(school(), schools=schools, named={"core": ["Gi1/0/1"]})
    assert found == {"core": frozenset({"Gi1/0/1"}), "closet-a": frozenset({"Gi0/48"})}


def test_a_vlan_over_a_wan_port_is_not_counted_again():
    ports = [Interface(index=1, name="wan1", type=6), Interface(index=2, name="wan1.100", type=135), (3, "lan")]
    assert outside([station("fw", 1, kind="firewall", ports=ports)]) == {"fw": frozenset({"wan1"})}


def test_a_line_that_is_only_a_tunnel_counts():
    ports = [Interface(index=1, name="ppp0", type=23), (2, "lan")]
    assert outside([station("fw", 1, kind="firewall", ports=ports)]) == {"fw": frozenset({"ppp0"})}


def test_a_school_without_a_recognised_line_has_none():
    assert outside([station("sw", 1, ports=[(1, "1")], neighbors=[sees("1", "elsewhere")])]) == {}
