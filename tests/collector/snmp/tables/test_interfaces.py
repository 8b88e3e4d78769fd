import pytest

from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import interfaces
from homeroom_collector.snmp.reading.tables.interfaces import IF_ENTRY, IFX_ENTRY, speed_bps


async def read(low=None, high=None, memory=None, extra=None):
    values = {f"{IF_ENTRY}.{suffix}": value for suffix, value in (low or {}).items()}
    values |= {f"{IFX_ENTRY}.{suffix}": value for suffix, value in (high or {}).items()}
    return await interfaces.read(Reader(RecordingSession(values | (extra or {})), memory or Memory()))


async def test_a_printer_has_iftable_only():
    (port,) = await read({"2.1": b"eth0\0", "5.1": 100_000_000, "7.1": 1, "8.1": 2, "10.1": 5, "16.1": 6, "14.1": 7})
    assert (port.name, port.description, port.speed_bps) == ("eth0", "eth0", 100_000_000)
    assert (port.admin_status, port.oper_status) == ("up", "down")
    assert (port.in_octets, port.out_octets, port.counter_bits, port.in_errors) == (5, 6, 32, 7)
    assert port.out_errors is None


async def test_a_switch_may_have_ifxtable_only():
    (port,) = await read(high={"1.1001": b"1:1", "15.1001": 10_000, "18.1001": b"uplink"})
    assert (port.index, port.name, port.alias, port.speed_bps) == (1001, "1:1", "uplink", 10_000_000_000)
    assert port.counter_bits is None


async def test_each_port_has_the_widest_counters_it_offers():
    ports = await read(
        {"2.1": b"a", "2.2": b"b", "10.1": 1, "16.1": 2, "10.2": 3, "16.2": 4}, {"6.1": 2**40, "10.1": 9}
    )
    assert [(p.in_octets, p.out_octets, p.counter_bits) for p in ports] == [(2**40, 9, 64), (3, 4, 32)]


async def test_both_directions_have_one_width():
    (port,) = await read({"10.1": 3, "16.1": 4}, {"6.1": 2**40})
    assert (port.in_octets, port.out_octets, port.counter_bits) == (2**40, None, 64)


async def test_the_name_is_ifname_and_else_ifdescr():
    ports = await read({"2.1": b"GigabitEthernet1", "2.2": b"vlan2"}, {"1.1": b"Gi1", "1.2": b""})
    assert [p.name for p in ports] == ["Gi1", "vlan2"]
    assert ports[0].description == "GigabitEthernet1"


async def test_an_index_of_any_size_is_a_port():
    ports = await read({"2.4294967295": b"z", "2.600000000": b"y", "2.7": b"x"})
    assert [p.index for p in ports] == [7, 600_000_000, 4_294_967_295]


async def test_a_missing_description_column_does_not_drop_the_ports():
    (port,) = await read({"10.3": 1, "8.3": 1})
    assert (port.index, port.name, port.in_octets, port.oper_status) == (3, None, 1, "up")


async def test_states_outside_the_mib_are_unknown():
    (port,) = await read({"2.1": b"a", "7.1": 0, "8.1": 42})
    assert (port.admin_status, port.oper_status) == (None, None)


async def test_counters_sent_as_text_or_below_zero_are_not_invented():
    (port,) = await read({"2.1": b"a", "14.1": b"12", "20.1": -1, "13.1": b"none"})
    assert (port.in_errors, port.out_errors, port.in_discards) == (12, None, None)


async def test_duplex_and_address_belong_to_the_port():
    duplex = {"1.3.6.1.2.1.10.7.2.1.19.1": 3, "1.3.6.1.2.1.10.7.2.1.19.2": 1}
    ports = await read({"2.1": b"a", "2.2": b"b", "6.1": b"\x00\x11\x22\x33\x44\x55", "9.1": 3998}, extra=duplex)
    assert (ports[0].full_duplex, ports[1].full_duplex) == (True, None)
    assert (ports[0].mac, ports[0].last_change_seconds) == ("00:11:22:33:44:55", 39.98)


async def test_the_next_poll_asks_only_for_what_moves():
    memory = Memory()
    low = {"2.1": b"a", "7.1": 1, "8.1": 1, "10.1": 5, "16.1": 6}
    await read(low, memory=memory)
    (port,) = await read({"7.1": 1, "8.1": 2, "10.1": 8, "16.1": 9}, memory=memory)
    assert (port.name, port.oper_status, port.in_octets) == ("a", "down", 8)


async def test_narrow_counters_are_left_alone_where_every_port_has_wide_ones():
    memory = Memory()
    await read({"2.1": b"a", "10.1": 1, "16.1": 2}, {"6.1": 2**40, "10.1": 2**41}, memory=memory)
    (port,) = await read({"10.1": 1, "16.1": 2}, {}, memory=memory)
    assert (port.in_octets, port.counter_bits) == (None, None)


async def test_a_port_that_came_up_is_asked_for_its_new_speed():
    memory = Memory()
    await read({"2.1": b"a", "5.1": 10**9, "8.1": 2}, {"15.1": 1_000}, memory=memory)
    (port,) = await read({"5.1": 10**8, "8.1": 1}, {"15.1": 100}, memory=memory)
    assert (port.oper_status, port.speed_bps) == ("up", 10**8)


async def test_discontinuities_are_followed_where_a_device_tells_of_them():
    memory = Memory()
    await read({"2.1": b"a", "2.2": b"b"}, {"19.1": 500, "19.2": 0}, memory=memory)
    ports = await read({}, {"19.1": 7_700, "19.2": 0}, memory=memory)
    assert [port.discontinuity_seconds for port in ports] == [77.0, 0.0]


@pytest.mark.parametrize(
    ("speed", "high", "expected"),
    [
        (1_000_000_000, 1_000, 1_000_000_000),
        (2**32 - 1, 10_000, 10_000_000_000),
        (1_544_000, 2, 1_544_000),
        (100_000_000, 0, 100_000_000),
        (None, 1_000, 1_000_000_000),
        (10_000_000, 1_000, 1_000_000_000),
        (0, 0, None),
        (None, None, None),
        (2**32 - 1, None, None),
        (None, 4_294_901_759, None),
        (100_000_000, 100_000_000, 100_000_000),
        (0, 1_600_000, 1_600_000_000_000),
    ],
    ids=[
        "both agree",
        "ifSpeed saturated",
        "ifSpeed is more exact",
        "ifHighSpeed rounds to nothing",
        "ifHighSpeed alone",
        "they disagree",
        "both nothing",
        "neither",
        "saturated and nothing else",
        "sentinel",
        "ifHighSpeed in bits per second",
        "the fastest port on sale",
    ],
)
def test_speed_comes_from_the_column_that_knows(speed, high, expected):
    assert speed_bps(speed, high) == expected
