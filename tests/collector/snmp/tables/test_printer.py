import pytest

from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import printer
from homeroom_collector.snmp.reading.tables.printer import (
    ERROR_STATE,
    INPUT_ENTRY,
    LIFE_COUNT,
    SUPPLIES_ENTRY,
    level_of,
)


def supply(index, kind, name, capacity, level):
    cells = {5: kind, 6: name, 8: capacity, 9: level}
    return {f"{SUPPLIES_ENTRY}.{column}.1.{index}": value for column, value in cells.items()}


async def read(values):
    return await printer.read(Reader(RecordingSession(values), Memory()))


async def test_supplies_have_a_share_or_a_word():
    values = supply(1, 3, b"Black Toner\0", 100, 63) | supply(2, 9, b"Drum", -2, -3) | supply(3, 4, b"Waste", 100, 100)
    found, _ = await read(values)
    assert [(s.index, s.kind, s.level_ratio, s.level_note) for s in found.supplies] == [
        ("1.1", "toner", 0.63, None),
        ("1.2", "drum", None, "some_remaining"),
        ("1.3", "waste_toner", 1.0, None),
    ]


@pytest.mark.parametrize(
    ("level", "capacity", "expected"),
    [
        (22_050, 45_000, (0.49, None)),
        (0, 100, (0.0, None)),
        (120, 100, (1.0, None)),
        (-1, 100, (None, "unlimited")),
        (-2, -2, (None, "unknown")),
        (-3, 250, (None, "some_remaining")),
        (50, -2, (None, "unknown")),
        (None, 100, (None, None)),
    ],
)
def test_levels_below_zero_are_words(level, capacity, expected):
    assert level_of(level, capacity) == expected


async def test_trays_stand_apart_from_supplies():
    cells = {"9.1.1": 550, "10.1.1": 55, "13.1.1": b"Tray 1", "9.1.2": 250, "10.1.2": 0, "18.1.2": b"Manual"}
    values = {f"{INPUT_ENTRY}.{suffix}": value for suffix, value in cells.items()} | supply(1, 3, b"Toner", 100, 5)
    found, _ = await read(values)
    assert [(t.description, t.level_ratio, t.level_note) for t in found.trays] == [
        ("Tray 1", 0.1, None),
        ("Manual", 0.0, "empty"),
    ]


async def test_pages_are_what_the_busiest_marker_counted():
    values = {f"{LIFE_COUNT}.1.1": 500, f"{LIFE_COUNT}.1.2": 900, f"{LIFE_COUNT}.1.3": 10**6}
    values |= {f"{printer.COUNTER_UNIT}.1.1": 7, f"{printer.COUNTER_UNIT}.1.3": 16}
    found, _ = await read(values)
    assert found.page_count_total == 900


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (b"\x00", []),
        (b"\x01\x00", ["service_requested"]),
        (b"\x44\x01", ["no_paper", "jammed"]),
        (b"\x80\x04", ["low_paper", "input_tray_empty"]),
        (b"", []),
        (None, []),
    ],
)
def test_error_bits_have_names(bits, expected):
    assert printer.error_names(bits) == expected


async def test_a_jam_is_critical_and_low_toner_a_warning():
    pages = {f"{LIFE_COUNT}.1.1": 5}
    found, sensors = await read(pages | {f"{ERROR_STATE}.1": b"\x04", f"{printer.DEVICE_STATUS}.1": 5})
    assert found.errors == ["jammed"]
    assert [s.status for s in sensors] == ["critical", "critical"]
    found, sensors = await read(pages | {f"{ERROR_STATE}.1": b"\x20"})
    assert (found.errors, sensors[0].status) == (["low_toner"], "warning")


async def test_a_switch_is_no_printer():
    session = RecordingSession({"1.3.6.1.2.1.25.3.2.1.5.1": 2})
    assert await printer.read(Reader(session, Memory())) == printer.NOTHING


async def test_a_printer_names_itself():
    values = {f"{printer.SERIAL}.1": b"CN123 ", f"{printer.DEVICE_DESCRIPTION}.1": b"Color LaserJet M252dw"}
    found = await printer.identity(Reader(RecordingSession(values), Memory()))
    assert (found.model, found.serial) == ("Color LaserJet M252dw", "CN123")
