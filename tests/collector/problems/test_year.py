"""Stretches of a simulated school year, each with known faults: a night, a weekend, a break, summer, ordinary days.

The whole year is a benchmark (``python -m tests.benchmarks problem_year``); its table is in docs/problems.md.
"""

from datetime import date

import pytest

from homeroom_collector.simulate import script, world
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.store import Store
from problem_year import Year, score, when


@pytest.mark.parametrize(
    ("first", "last", "opens"),
    [
        ("2026-11-08", "2026-11-10", ["power_out", "port_errors"]),
        ("2027-01-01", "2027-01-02", ["uplink_down"]),
        ("2027-01-10", "2027-01-11", ["switch_down"]),
        ("2027-04-03", "2027-04-04", ["wifi_down"]),
        ("2027-07-01", "2027-07-14", []),
    ],
    ids=["a cut at night", "New Year", "restarts on a Sunday", "Wi-Fi on a Saturday", "two weeks in July"],
)
async def test_each_fault_is_one_problem_and_nothing_else_is(store: Store, first: str, last: str, opens: list[str]):
    size = Size(schools=2, devices=30, switches=5, access_points=7)
    made = world.make(grow(size, seed=7), script.load("school-year"), start=date(2026, 8, 24), zone="America/Chicago")
    year = Year(made, store)
    begin, end = (made.years.instant_of(date.fromisoformat(day)) for day in (first, last))
    await year.live(begin, end)
    found = score(year, begin, end)
    print(found.table())
    assert [(when(seen, year), seen.problem.key) for seen in found.false] == []
    assert found.repeats == []
    assert found.missed == []
    assert set(opens) <= {seen.problem.kind for seen in year.seen}
