"""Scripts draw computers that are in use: what befalls one that nobody opens can be seen by no one."""

from datetime import date
from itertools import islice

import pytest

from homeroom_collector.simulate import script, world
from homeroom_collector.simulate.faults import MEANING, SILENT, Cause, Fault
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.simulate.world import World
from simulate_worlds import SMALL, ZONE, event, make

CHRISTMAS = date(2026, 12, 24)
HOUR, DAY = 3_600.0, 86_400.0


def reports(made: World, fault: Fault, at_least: int) -> bool:
    """Whether its computer is awake at so many full hours of a fault, by the district's own answers."""
    laptop = next(each for each in made.district.laptops if each.serial == fault.subject)
    moments = (fault.start + hour * HOUR for hour in range(int((fault.end - fault.start) // HOUR)))
    awake = (at for at in moments if made.stretch(laptop, at))
    return len(list(islice(awake, at_least))) == at_least


def of_computers(made: World) -> list[Fault]:
    return [each for each in made.faults.all if MEANING[each.cause].subject == "computer"]


@pytest.mark.parametrize("seed", range(5, 9))
def test_a_school_year_puts_no_fault_into_a_computer_that_is_not_in_use(seed: int):
    district = grow(Size(schools=2, devices=30, switches=5, access_points=7), seed=seed)
    made = world.make(district, script.load("school-year"), start=date(2026, 8, 24), zone=ZONE)
    found = [each for each in of_computers(made) if each.cause not in SILENT]
    assert len({each.cause for each in found}) == 7
    assert [each for each in found if not reports(made, each, at_least=10)] == []


def test_over_christmas_faults_befall_the_few_that_are_opened_at_home():
    made = make(event(Cause.FAILING_DISK, day=None, on=CHRISTMAS, lasts=5 * DAY, count=3))
    assert [reports(made, each, at_least=1) for each in of_computers(made)] == [True] * 3


def test_what_vanished_is_not_befallen_again():
    gone = event(Cause.VANISHED, count=SMALL.devices - 1, lasts=30 * DAY)
    made = make(event(Cause.HOT, day=3, lasts=5 * DAY), gone)
    vanished = {each.subject for each in of_computers(made) if each.cause is Cause.VANISHED}
    (hot,) = (each for each in of_computers(made) if each.cause is Cause.HOT)
    assert len(vanished) == SMALL.devices - 1
    assert hot.subject not in vanished


def test_where_too_few_are_in_use_the_others_are_befallen_too():
    made = make(event(Cause.FULL_DISK, "03:00", lasts=HOUR, share=1.0))
    assert len(of_computers(made)) == SMALL.devices


def test_a_computer_that_a_script_names_is_befallen_whether_in_use_or_not():
    serial = make().district.laptops[7].serial
    made = make(event(Cause.FULL_DISK, "03:00", lasts=HOUR, subject=serial))
    assert [each.subject for each in of_computers(made)] == [serial]
