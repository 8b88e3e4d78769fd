import pytest

from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import poe, ups
from homeroom_collector.snmp.session import Oid

RUNNING = {
    "1.1.0": b"Acme", "1.2.0": b"Guard 1500", "1.3.0": b"2.1",
    "2.1.0": 2, "2.2.0": 0, "2.3.0": 24, "2.4.0": 97, "2.5.0": 420, "2.7.0": 24,
    "3.3.1.2.1": 597, "3.3.1.3.1": 122, "4.1.0": 3, "4.2.0": 600,
    "4.4.1.2.1": 121, "4.4.1.5.1": 27, "4.4.1.5.2": 31, "6.1.0": 0, "7.3.0": 1,
}  # fmt: skip


async def battery(changes=None):
    values = {f"{ups.ROOT}.{suffix}": value for suffix, value in (RUNNING | (changes or {})).items()}
    return await ups.read(Reader(RecordingSession(values), Memory()))


async def test_a_ups_is_in_si_units():
    read = (await battery()).ups
    assert (read.battery_charge_ratio, read.battery_runtime_seconds) == (0.97, 1_440)
    assert (read.output_load_ratio, read.input_volts) == (0.31, 122)
    assert (read.on_battery, read.replace_battery) == (False, False)


async def test_measurements_are_sensors_too():
    found = {s.description: s for s in (await battery()).sensors}
    assert (found["Battery voltage"].value, found["Battery temperature"].value) == (42.0, 24)
    assert (found["Input frequency"].value, found["Output frequency"].value) == (59.7, 60.0)
    assert found["Output load 2"].value == 0.31
    assert found["Battery status"].status == "ok"


async def test_on_battery_and_a_bad_battery_are_said():
    read = await battery({"4.1.0": 5, "2.1.0": 3, "6.1.0": 1, "6.2.1.2.7": Oid("1.3.6.1.2.1.33.1.6.3.1")})
    assert (read.ups.on_battery, read.ups.replace_battery) == (True, True)
    assert {s.description: s.status for s in read.sensors}["Battery status"] == "critical"


async def test_tenths_of_a_volt_are_known_by_their_size():
    assert (await battery({"3.3.1.3.1": 2_313})).ups.input_volts == 231.3
    assert ups.mains_volts(480) == 480
    assert ups.mains_volts(-1) is None


@pytest.mark.parametrize(("raw", "expected"), [(500, 50.0), (597, 59.7), (60, 60.0), (5_000, 50.0), (0, 0.0)])
def test_frequencies_are_known_by_their_size(raw, expected):
    assert ups.hertz(raw) == expected


async def test_what_the_card_leaves_out_is_unknown():
    values = {f"{ups.ROOT}.2.1.0": 2}
    read = (await ups.read(Reader(RecordingSession(values), Memory()))).ups
    assert read.battery_charge_ratio is None
    assert (read.on_battery, read.replace_battery, read.input_volts) == (None, None, None)


async def test_no_ups_mib_is_no_ups_at_one_request():
    session = RecordingSession({})
    assert await ups.read(Reader(session, Memory())) == ups.NOTHING
    assert session.cost.requests == 1


async def test_poe_is_in_watts_by_group():
    entry = poe.MAIN_ENTRY
    values = {f"{entry}.2.1": 370, f"{entry}.3.1": 1, f"{entry}.4.1": 115, f"{entry}.2.2": 740, f"{entry}.3.2": 3}
    groups, sensors = await poe.read(Reader(RecordingSession(values), Memory()))
    assert [(g.index, g.budget_watts, g.used_watts) for g in groups] == [("1", 370, 115), ("2", 740, None)]
    assert [s.status for s in sensors if s.kind == "state"] == ["ok", "critical"]
