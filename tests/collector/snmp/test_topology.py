from homeroom_agent.report.network import GearIdentity, Interface, Neighbor, NetworkGear, System
from homeroom_collector.snmp.reading.tables.bridge import Bridge
from homeroom_collector.snmp.topology.graph import Port, as_graph, draw
from homeroom_collector.snmp.topology.links import Station, canonical


def mac(number):
    return f"02:00:00:00:00:{number:02x}"


def station(name, number, *, kind="switch", ports=(), neighbors=(), bridge=None):
    """A device whose own address is ``mac(number)``; ports are (ifIndex, name) or whole interfaces."""
    found = [p if isinstance(p, Interface) else Interface(index=p[0], name=p[1], speed_bps=10**9) for p in ports]
    gear = NetworkGear(
        reachable=True,
        system=System(name=name),
        identity=GearIdentity(kind=kind),
        interfaces=[*found, Interface(index=900 + number, name="mgmt", mac=mac(number))],
        neighbors=list(neighbors),
    )
    return Station(name, gear, bridge or Bridge())


def sees(local, name=None, port=None, chassis=None, kind=None):
    return Neighbor(
        local_interface=local, remote_name=name, remote_port=port, remote_chassis_id=chassis, remote_kind=kind
    )


def school():
    """A firewall, a core switch, two closets, and an access point that only one of them tells of."""
    return [
        station(
            "fw", 1, kind="firewall", ports=[(1, "wan1"), (2, "lan1")], neighbors=[sees("lan1", "core", "Gi1/0/1")]
        ),
        station(
            "core",
            2,
            ports=[(1, "Gi1/0/1"), (2, "Gi1/0/2"), (3, "Gi1/0/3")],
            neighbors=[
                sees("Gi1/0/1", "fw", "lan1"),
                sees("Gi1/0/2", "closet-a", "GigabitEthernet0/48"),
                sees("Gi1/0/3", chassis=mac(4)),
            ],
        ),
        station("closet-a", 3, ports=[(48, "Gi0/48"), (7, "Gi0/7")], neighbors=[sees("Gi0/48", "core", "Gi1/0/2")]),
        station("closet-b", 4, ports=[(24, "24")], neighbors=[sees("24", "core.example.org", "Gi1/0/3")]),
        station("ap-1", 5, kind="access_point", neighbors=[sees("mgmt", "closet-a", "GigabitEthernet0/7")]),
    ]


def test_what_both_ends_say_is_one_link():
    links = draw(school()).links
    assert [(link.device_a, link.port_a, link.device_b, link.port_b) for link in links] == [
        ("ap-1", "mgmt", "closet-a", "Gi0/7"),
        ("closet-a", "Gi0/48", "core", "Gi1/0/2"),
        ("closet-b", "24", "core", "Gi1/0/3"),
        ("core", "Gi1/0/1", "fw", "lan1"),
    ]
    assert links[1].seen_by == {"closet-a", "core"}
    assert links[1].speed_bps == 10**9


def test_parents_lead_to_the_gateway():
    topology = draw(school())
    assert topology.roots == ("fw",)
    assert list(topology.ancestors("ap-1")) == ["closet-a", "core", "fw"]
    assert dict(topology.parents) == {"core": "fw", "closet-a": "core", "closet-b": "core", "ap-1": "closet-a"}


def test_a_named_root_wins_over_a_gateway():
    assert draw(school(), roots=["core"]).parents["fw"] == "core"


def test_wan_uplink_and_access_point_ports_are_recognised():
    topology = draw(school())
    assert topology.wan_ports == (Port("fw", "wan1"),)
    assert topology.ap_ports == (Port("closet-a", "Gi0/7"),)
    assert Port("closet-a", "Gi0/48") in topology.uplink_ports
    assert Port("core", "Gi1/0/2") not in topology.uplink_ports


def test_a_label_or_an_unmanaged_router_marks_the_wan():
    labelled = Interface(index=1, name="Gi1", alias="ISP fiber 500M")
    core = station("core", 1, ports=[labelled, (2, "Gi2")], neighbors=[sees("Gi2", "provider-cpe", kind="router")])
    assert draw([core]).wan_ports == (Port("core", "Gi1"), Port("core", "Gi2"))


def test_an_access_point_nobody_manages_still_marks_its_port():
    switch = station("s", 1, ports=[(1, "Gi1")], neighbors=[sees("Gi1", "AP-Library", kind="access_point")])
    topology = draw([switch])
    assert topology.ap_ports == (Port("s", "Gi1"),)
    assert [(stub.name, stub.kind) for stub in topology.stubs] == [("AP-Library", "access_point")]


def test_two_cables_between_two_switches_are_two_links():
    a = station("a", 1, ports=[(1, "1"), (2, "2")], neighbors=[sees("1", "b", "11"), sees("2", "b")])
    b = station("b", 2, ports=[(11, "11"), (12, "12")], neighbors=[sees("11", "a", "1"), sees("12", "a")])
    assert [(link.port_a, link.port_b) for link in draw([a, b]).links] == [("1", "11"), ("2", "12")]


def test_a_name_two_devices_share_names_neither():
    a = station("a", 1, neighbors=[sees("1", "switch")])
    twins = [Station(f"t{n}", station("switch", n).gear) for n in (2, 3)]
    assert draw([a, *twins]).links == ()


def test_gear_without_neighbour_protocols_hangs_where_its_address_was_learned():
    core = station(
        "core",
        1,
        ports=[(1, "1"), (2, "2")],
        neighbors=[sees("1", "edge", "9")],
        bridge=Bridge(
            ports={1: 1, 2: 2}, addresses={1: frozenset({mac(2), mac(3)}), 2: frozenset({"02:aa:00:00:00:01"})}
        ),
    )
    edge = station(
        "edge",
        2,
        ports=[(9, "9"), (5, "5")],
        neighbors=[sees("9", "core", "1")],
        bridge=Bridge(ports={9: 9, 5: 5}, addresses={9: frozenset({mac(1)}), 5: frozenset({mac(3)})}, root_port=9),
    )
    ups = station("ups", 3, kind="ups")
    topology = draw([core, edge, ups])
    assert topology.parents == {"edge": "core", "ups": "edge"}
    assert Port("edge", "5") in {Port(link.device_a, link.port_a) for link in topology.links if link.port_a}


def test_a_ring_gives_each_switch_one_parent_over_the_fastest_link():
    def ring(name, number, left, right):
        ports = [Interface(index=1, name="l", speed_bps=10**9), Interface(index=2, name="r", speed_bps=10**10)]
        return station(name, number, ports=ports, neighbors=[sees("l", left, "r"), sees("r", right, "l")])

    topology = draw([ring("a", 1, "c", "b"), ring("b", 2, "a", "c"), ring("c", 3, "b", "a")], roots=["a"])
    assert dict(topology.parents) == {"b": "a", "c": "a"}


def test_a_device_nobody_sees_is_its_own_root():
    assert draw([station("alone", 1)]).roots == ("alone",)


def test_long_and_short_port_names_are_the_same():
    assert canonical("GigabitEthernet1/0/3") == canonical("Gi1/0/3")
    assert canonical("TenGigabitEthernet1/1/1") == canonical("Te 1/1/1")
    assert canonical("1/1") != canonical("1/11")


def test_the_graph_is_plain_data():
    stations = school()
    graph = as_graph(draw(stations), stations)
    assert graph["nodes"][2] == {"id": "closet-a", "name": "closet-a", "kind": "switch", "parent": "core"}
    assert len(graph["links"]) == 4
    assert graph["access_point_ports"] == [["closet-a", "Gi0/7"]]
