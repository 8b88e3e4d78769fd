"""Latest state and daily history, on both kinds of store."""

from functools import partial
from itertools import chain
from typing import Any

import pytest

from homeroom_collector.model import Device
from homeroom_collector.store import Connection, Store, by_school, daily, devices, latest
from homeroom_collector.store.latest import Held, Row, Stored, Whole

NOW = 1_795_000_000.0


@pytest.fixture
async def number(store: Store) -> int:
    laptop = Device(device_id="", device_class="computer", school_id="lincoln")
    return (await store.write(partial(devices.enrol, facts=laptop, now=NOW))).number


def row(number: int, **changed: Any) -> Row:
    whole = Row("1", NOW, NOW + 1, 0.5, True, "cpu", '{"cpu":{}}', '{"os":[1,{}]}', "[20261122,1]", None, "", number)
    return whole._replace(**changed)


async def test_a_device_that_never_reported_is_held_with_nothing(store: Store, number: int):
    assert await store.read(partial(latest.held, numbers=[number])) == [Held(number, "", None, "", None, None)]
    assert await store.read(partial(latest.after, number=-1, most=10)) == []


async def test_state_is_written_and_read_back(store: Store, number: int):
    await store.write(partial(latest.change, rows=[row(number)]))
    assert await store.read(partial(latest.held, numbers=[number])) == [
        Held(number, "1", NOW, "cpu", "[20261122,1]", NOW + 1)
    ]
    whole = {number: Whole(number, '{"cpu":{}}', '{"os":[1,{}]}', "")}
    assert await store.read(partial(latest.whole, numbers=[number])) == whole
    (stored,) = await store.read(partial(latest.after, number=-1, most=10))
    assert stored == Stored(
        stored.device_id, number, '{"cpu":{}}', '{"os":[1,{}]}', NOW, NOW + 1, True, None, "lincoln"
    )


async def test_what_is_not_said_stays(store: Store, number: int):
    await store.write(partial(latest.change, rows=[row(number)]))
    unsaid = row(number, seen="1-2", clock_skew_seconds=None, on_campus=None, report=None, kept=None)
    await store.write(partial(latest.change, rows=[unsaid]))
    (stored,) = await store.read(partial(latest.after, number=-1, most=10))
    assert (stored.report, stored.kept, stored.on_campus) == ('{"cpu":{}}', '{"os":[1,{}]}', True)
    assert (await store.read(partial(latest.held, numbers=[number])))[0].seen == "1-2"


async def test_devices_that_do_not_exist_are_absent(store: Store, number: int):
    held = await store.read(partial(latest.held, numbers=[number, 999_999]))
    assert [each.number for each in held] == [number]
    assert await store.read(partial(latest.whole, numbers=[])) == {}


async def test_devices_come_back_in_portions(store: Store):
    numbers = []
    for _ in range(5):
        laptop = Device(device_id="", device_class="computer", school_id="lincoln")
        numbers.append((await store.write(partial(devices.enrol, facts=laptop, now=NOW))).number)
    await store.write(partial(latest.change, rows=[row(number) for number in numbers]))
    portion = await store.read(partial(latest.after, number=numbers[1], most=2))
    assert [stored.device_number for stored in portion] == numbers[2:4]


async def test_devices_come_back_school_by_school_with_what_is_known_of_them(store: Store):
    numbers = {}
    for school in ("roosevelt", "", "lincoln", "roosevelt"):
        laptop = Device(device_id="", device_class="computer", school_id=school, serial=f"sn{len(numbers)}")
        enrolled = await store.write(partial(devices.enrol, facts=laptop, now=NOW))
        numbers[enrolled.number] = enrolled.device
    first, unknown, third, last = numbers
    spoke = [row(first), row(third, on_campus=False), row(last, on_campus=None)]
    await store.write(partial(latest.change, rows=spoke))
    spans = await store.read(partial(by_school.spans, most=3))
    assert [len(spans), spans[0].start, spans[-1].end] == [2, ("", -1), None]
    assert spans[0].end == spans[1].start == ("roosevelt", first)
    shelved, found = frozenset({"SN2"}), list[by_school.Known]()
    for span in spans:

        def read(connection: Connection, span: by_school.Span = span) -> list[list[by_school.Known]]:
            return [list(few) for few in by_school.within(connection, span, shelved, most=2)]

        portion = await store.read(read)
        assert all(len(few) <= 2 for few in portion)
        found += sorted(chain.from_iterable(portion), key=lambda known: (known.stored.school_id, known.device.serial))
    assert [known.stored.device_number for known in found] == [unknown, third, first, last]
    assert [known.device.shelved for known in found] == [False, True, False, False]
    assert found[0].device == numbers[unknown]
    assert found[0].stored == Stored(numbers[unknown].device_id, unknown, None, None, None, None, None, None, "")
    assert [known.stored.on_campus for known in found] == [None, False, True, None]
    assert found[2].stored == (await store.read(partial(latest.stored, numbers=[first])))[first]


async def test_days_are_added_up_and_extremes_kept(store: Store, number: int):
    def day(**changed: Any) -> dict[str, Any]:
        names = [column.name for column in daily.table.columns]
        made = dict.fromkeys(names) | {"day": 20261122, "device_number": number, "reports": 1}
        made |= {"polls": 0, "polls_answered": 0}
        return made | {"first_measured_at": NOW, "last_measured_at": NOW} | changed

    await store.write(partial(daily.add, rows=[day(boots_total_max=3, battery_health_ratio_min=0.8)]))
    await store.write(partial(daily.add, rows=[day(reports=4, first_measured_at=NOW - 9, boots_total_max=2)]))
    await store.write(partial(daily.add, rows=[day(battery_health_ratio_min=0.7, disk_wear_ratio_max=0.1)]))
    (found,) = await store.read(lambda c: [dict(r) for r in c.execute(daily.table.select()).mappings()])
    assert (found["reports"], found["first_measured_at"], found["last_measured_at"]) == (6, NOW - 9, NOW)
    assert (found["boots_total_max"], found["battery_health_ratio_min"], found["disk_wear_ratio_max"]) == (3, 0.7, 0.1)
    assert found["crashes_total_max"] is None
    (day,) = await store.read(partial(daily.of, device_number=number, since_day=0))
    assert (day.day, day.reports, day.boots_total_max) == (20261122, 6, 3)
