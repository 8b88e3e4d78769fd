"""What decisions read beside the register, on both kinds of store."""

from datetime import date
from functools import partial

from homeroom_collector.history.interfaces import PortDay
from homeroom_collector.model import Device, School
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.enrollment import Count
from homeroom_collector.rules.equity_gaps import Gap
from homeroom_collector.rules.register import Entry, FieldChange
from homeroom_collector.store import (
    Connection,
    Store,
    assets,
    console,
    daily,
    devices,
    enrollment,
    equity_days,
    history,
    schools,
)

DAY = date(2026, 11, 20)


def port(name: str, bps: float | None) -> PortDay:
    return PortDay(interface=name, readings=1, in_octets=1, out_octets=1, in_p95_bps=bps, out_p95_bps=bps)


async def test_days_of_outside_ports_are_read_by_device(store: Store):
    def fill(connection: Connection) -> None:
        for name in ("core", "closet"):
            devices.put_network(connection, Device(device_id=name, device_class="network", school_id="hill"), now=1.0)
            number = history.number_of(connection, name)
            assert number is not None
            history.put_port_days(connection, number, 20261120, [port("wan", 8.0), port("idle", None)])
            history.put_port_days(connection, number, 20261001, [port("wan", 9.0)])

    await store.write(fill)
    found = await store.read(partial(history.busy_days, device_ids=["core"], since_day=20261101))
    assert found == [("core", "wan", 20261120, 8.0, 8.0)]
    assert await store.read(partial(history.busy_days, device_ids=[], since_day=0)) == []
    assert await store.read(partial(daily.answered_since, day=0)) == {}


async def test_counts_by_grade_add_up_where_the_register_says_nothing(store: Store):
    def fill(connection: Connection) -> None:
        schools.put(
            connection,
            [School(school_id="hill", name="Hill"), School(school_id="vale", name="Vale", enrollment_students=9)],
        )
        for students in (7, 8):  # the second count of a grade replaces the first
            counts = [("hill", "K"), ("hill", "1"), ("vale", "K")]
            enrollment.put(
                connection,
                [Count(school_id=s, grade=g, students=students, source="sis", counted_on=DAY) for s, g in counts],
            )

    await store.write(fill)
    known = {each.school_id: each.enrollment_students for each in await store.read(schools.listed)}
    assert known == {"hill": 16, "vale": 9}
    assert {each.school_id: each.enrollment_students for each in await store.read(schools.declared)}["hill"] is None


async def test_changes_of_schools_and_states_are_logged_once(store: Store):
    hill = School(school_id="hill", name="Hill", networks=("10.0.0.0/8",))

    def fill(connection: Connection) -> list[tuple[int, int, int]]:
        found = [schools.bring_in(connection, [each], source="csv", now=1.0) for each in (hill, hill)]
        assets.add(connection, [Entry(asset=Asset(asset_tag="A1"))])
        change = FieldChange(field="state", before="in_use", after="repair")
        assets.log(connection, [("A1", change)], source="csv", now=2.0)
        return [(each.added, each.changed, each.same) for each in found]

    assert await store.write(fill) == [(1, 0, 0), (0, 0, 1)]
    assert await store.read(assets.state_changes) == [(2.0, "A1", "repair")]
    events = await store.read(partial(assets.history, subject="hill"))
    assert [(each["field"], each["after"]) for each in events] == [("", "hill")]


async def test_a_day_of_gaps_is_kept_once_and_read_in_order(store: Store):
    gap = Gap(
        measure="age_years", schools=2, worst=1.0, best=2.0, ratio=0.5, worst_school="hill", remedy="", ratio_after=None
    )
    for day in (DAY, date(2026, 11, 1), DAY):
        await store.write(partial(equity_days.keep, day=day, gaps=[gap]))
    found = await store.read(partial(equity_days.since, day=date(2026, 1, 1)))
    assert [(each.day, each.ratio) for each in found] == [(date(2026, 11, 1), 0.5), (DAY, 0.5)]


async def test_without_a_console_nothing_is_listed(store: Store):
    assert await store.read(console.listed) == await store.read(console.described) == []
