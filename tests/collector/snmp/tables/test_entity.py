import pytest

from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import entity, entity_sensor, entity_state
from homeroom_collector.snmp.reading.tables.entity import ENTRY

PHYSICAL = {
    "2.1": b"Chassis of eight slots", "5.1": 3, "10.1": b"", "11.1": b"FOX123", "12.1": b"Acme", "13.1": b"AC-8000",
    "2.2": b"Slot", "5.2": 5,
    "2.3": b"Supervisor", "5.3": 9, "10.3": b"17.3.1", "11.3": b"SUP456", "13.3": b"AC-SUP",
    "2.4": b"Port 1", "5.4": 10,
    "2.5": b"Power", "5.5": 6, "11.5": b"N/A", "13.5": b"N/A",
    "7.6": b"Inlet", "5.6": 8,
}  # fmt: skip


def reader(values, entry=ENTRY):
    return Reader(RecordingSession({f"{entry}.{suffix}": value for suffix, value in values.items()}), Memory())


async def test_the_inventory_holds_what_has_a_name_or_is_the_whole():
    parts = await entity.read(reader(PHYSICAL))
    assert [(p.index, p.class_, p.serial) for p in parts.rows] == [
        ("1", "chassis", "FOX123"),
        ("3", "module", "SUP456"),
        ("5", "power_supply", "N/A"),
    ]


async def test_identity_is_the_chassis_and_the_version_its_supervisors():
    identity = (await entity.read(reader(PHYSICAL))).identity
    assert (identity.vendor, identity.model, identity.version, identity.serial) == (
        "Acme",
        "AC-8000",
        "17.3.1",
        "FOX123",
    )


async def test_the_first_member_speaks_for_a_stack_without_a_serial_number():
    stack = {"5.1": 11, "13.1": b"Stack", "5.10": 3, "11.10": b"M1", "13.10": b"SW-24", "5.20": 3, "11.20": b"M2"}
    parts = await entity.read(reader(stack))
    assert (parts.identity.serial, parts.identity.model) == ("M1", "SW-24")
    assert [p.class_ for p in parts.rows] == ["stack", "chassis", "chassis"]


async def test_makers_words_for_nothing_are_no_identity():
    parts = await entity.read(reader({"5.1": 3, "11.1": b"Not Specified", "13.1": b"n/a", "12.1": b"\0\0"}))
    assert (parts.identity.serial, parts.identity.model, parts.identity.vendor) == (None, None, None)


async def test_a_part_without_class_still_has_its_serial_number():
    parts = await entity.read(reader({"11.7": b"S1", "13.7": b"M1"}))
    assert [(p.class_, p.serial) for p in parts.rows] == [(None, "S1")]
    assert parts.identity.serial == "S1"


async def test_ports_and_sensors_are_not_asked_about():
    read = reader(PHYSICAL)
    await entity.read(read)
    asked = 6 + 3 + 3
    assert read.session.cost.variables < asked + len(PHYSICAL)


SENSORS = entity_sensor.SOURCES[0].entry


async def sensors(values, names=None):
    known = {f"{SENSORS}.{suffix}": value for suffix, value in values.items()}
    known |= {f"{ENTRY}.{suffix}": value for suffix, value in (names or {}).items()}
    return await entity_sensor.read(Reader(RecordingSession(known), Memory()))


@pytest.mark.parametrize(
    ("kind", "scale", "precision", "raw", "expected"),
    [
        (8, 9, 0, 41, ("temperature", 41.0, "celsius")),
        (8, 9, 3, 21_625, ("temperature", 21.625, "celsius")),
        (4, 8, 0, 3_320, ("voltage", 3.32, "volts")),
        (6, 7, 2, -100, ("power", -0.000001, "watts")),
        (5, 8, 1, 61, ("current", 0.0061, "amperes")),
        (9, 9, 0, 45, ("humidity", 0.45, "ratio")),
        (10, 9, 0, 6_600, ("fan_speed", 6_600.0, "rpm")),
        (7, 10, 0, 2, ("frequency", 2_000.0, "hertz")),
        (14, 9, 1, -47, ("signal", -4.7, "dbm")),
        (6, 14, 0, 1, ("power", 1e18, "watts")),
        (6, 15, 0, 1, ("power", 1e15, "watts")),
    ],
)
async def test_values_are_scaled_by_scale_and_precision(kind, scale, precision, raw, expected):
    (sensor,) = await sensors({"1.5": kind, "2.5": scale, "3.5": precision, "4.5": raw, "5.5": 1})
    assert (sensor.kind, sensor.value, sensor.unit) == expected
    assert sensor.status == "ok"


async def test_a_sensor_is_named_by_its_part():
    (sensor,) = await sensors({"1.5": 8, "4.5": 30, "5.5": 1}, {"7.5": b"Inlet", "2.5": b"Temperature sensor"})
    assert sensor.description == "Inlet"


async def test_a_sensor_that_is_not_available_has_no_value():
    (sensor,) = await sensors({"1.5": 8, "4.5": 0, "5.5": 2})
    assert (sensor.value, sensor.status) == (None, "unknown")


async def test_a_broken_sensor_warns():
    (sensor,) = await sensors({"1.5": 8, "4.5": 30, "5.5": 3})
    assert sensor.status == "warning"


async def test_truth_is_a_state_where_false_is_trouble():
    found = await sensors({"1.5": 12, "4.5": 1, "5.5": 1, "1.6": 12, "4.6": 2, "5.6": 1})
    assert [(s.kind, s.status) for s in found] == [("state", "ok"), ("state", "critical")]


async def test_sensors_of_no_known_kind_are_left_out():
    assert await sensors({"1.5": 1, "4.5": 9, "5.5": 1, "1.6": 2, "4.6": 9}) == []


async def test_parts_that_are_disabled_are_critical_and_ports_are_not_asked():
    oper = entity_state.OPER
    values = {f"{oper}.1": 3, f"{oper}.2": 2, f"{oper}.3": 2}
    values |= {f"{ENTRY}.5.1": 3, f"{ENTRY}.5.2": 9, f"{ENTRY}.5.3": 10, f"{ENTRY}.7.2": b"Slot 2"}
    found = await entity_state.read(Reader(RecordingSession(values), Memory()))
    assert [(s.description, s.status) for s in found] == [(None, "ok"), ("Slot 2", "critical")]
