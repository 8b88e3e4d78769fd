from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.model import School
from homeroom_collector.rules.calendar import Bells, CalendarRules, Patch, SchoolCalendar, Season, Span
from homeroom_collector.rules.calendar_book import CalendarBook

NEW_YORK = ZoneInfo("America/New_York")
TWO_BLOCKS = (Bells(time(8), time(11, 30)), Bells(time(12), time(15)))
RULES = CalendarRules(
    zone=NEW_YORK,
    week=dict.fromkeys(range(5), TWO_BLOCKS),
    terms=(Span(date(2025, 9, 4), date(2026, 6, 26)),),
    off=frozenset({date(2025, 11, 27), date(2025, 11, 28)}),
    special={date(2025, 12, 23): (Bells(time(8), time(11)),), date(2026, 1, 10): (Bells(time(9), time(12)),)},
)
CALENDAR = SchoolCalendar(RULES)


def at(text: str, zone: ZoneInfo = NEW_YORK) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-10-06 08:00", "2025-10-06 15:00", 6.5),
        ("2025-10-06 11:00", "2025-10-06 12:30", 1.0),
        ("2025-10-06 11:30", "2025-10-06 12:00", 0.0),
        ("2025-10-06 15:00", "2025-10-07 08:00", 0.0),
        ("2025-10-03 14:00", "2025-10-06 09:00", 2.0),
        ("2025-11-26 15:00", "2025-12-01 08:00", 0.0),
        ("2025-12-23 00:00", "2025-12-24 00:00", 3.0),
        ("2026-01-10 00:00", "2026-01-11 00:00", 3.0),
        ("2025-12-31 14:00", "2026-01-01 09:00", 2.0),
        ("2026-06-26 14:00", "2026-09-30 12:00", 1.0),
        ("2025-10-06 15:00", "2025-10-06 08:00", 0.0),
    ],
)
def test_instruction_between_two_instants(start: str, end: str, hours: float) -> None:
    assert CALENDAR.instructional_seconds(at(start), at(end)) == hours * 3600


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2025-10-06 07:59:59", False),
        ("2025-10-06 08:00", True),
        ("2025-10-06 11:45", False),
        ("2025-10-06 14:59:59", True),
        ("2025-10-06 15:00", False),
        ("2025-11-28 10:00", False),
        ("2026-01-10 10:00", True),
        ("2025-10-05 10:00", False),
    ],
)
def test_in_session(instant: str, expected: bool) -> None:
    assert CALENDAR.in_session(at(instant)) is expected


def test_a_night_shift_over_the_change_of_the_clocks_is_as_long_as_it_was() -> None:
    rules = CalendarRules(zone=NEW_YORK, week=dict.fromkeys(range(7), (Bells(time(0), time(6)),)))
    calendar = SchoolCalendar(rules)
    spring, autumn = date(2026, 3, 8), date(2025, 11, 2)
    assert calendar.instructional_seconds(*calendar.bounds(spring)) == 5 * 3600
    assert calendar.instructional_seconds(*calendar.bounds(autumn)) == 7 * 3600


def test_without_terms_the_seasons_of_every_year_hold() -> None:
    calendar = SchoolCalendar(CalendarRules(zone=NEW_YORK))
    assert calendar.in_session(at("2031-10-06 10:00"))
    assert not calendar.in_session(at("2031-07-07 10:00"))
    assert not calendar.in_session(at("2031-12-29 10:00"))


def test_a_season_may_reach_over_new_year() -> None:
    season = Season((11, 1), (2, 28))
    assert date(2025, 12, 31) in season
    assert date(2026, 1, 1) in season
    assert date(2026, 3, 1) not in season


instants = st.integers(int(at("2024-06-01")), int(at("2027-06-01"))).map(float)


@given(instants, instants, instants)
def test_instruction_adds_up(first: float, second: float, third: float) -> None:
    first, second, third = sorted((first, second, third))
    both = CALENDAR.instructional_seconds(first, second) + CALENDAR.instructional_seconds(second, third)
    assert CALENDAR.instructional_seconds(first, third) == pytest.approx(both)


@given(instants, st.integers(1, 400_000))
def test_instant_before_is_the_inverse(now: float, seconds: int) -> None:
    instant = CALENDAR.instant_before(now, seconds)
    if instant != float("-inf"):
        assert CALENDAR.instructional_seconds(instant, now) == pytest.approx(seconds)
        assert CALENDAR.instructional_seconds(instant + 1, now) < seconds


@given(instants)
def test_instruction_agrees_with_counting_minutes(start: float) -> None:
    start -= start % 60
    minutes = [start + 60 * n for n in range(24 * 60)]
    counted = 60 * sum(CALENDAR.in_session(minute) for minute in minutes)
    assert CALENDAR.instructional_seconds(start, minutes[-1] + 60) == counted


def test_days_before_looks_only_at_days_that_are_over() -> None:
    assert CALENDAR.days_before(at("2025-10-07 14:59"), 1) == at("2025-10-06 08:00")
    assert CALENDAR.days_before(at("2025-10-07 15:00"), 1) == at("2025-10-07 08:00")
    assert CALENDAR.days_before(at("2025-10-06 07:00"), 5) == at("2025-09-29 08:00")
    assert CALENDAR.days_before(at("2025-09-04 08:00"), 1) == float("-inf")


def test_schools_share_the_districts_calendar_unless_they_differ() -> None:
    snow = Patch(off=frozenset({date(2026, 2, 2)}))
    book = CalendarBook(RULES, schools={"hill": snow})
    ordinary, hill = School(school_id="a", name="A"), School(school_id="hill", name="Hill")
    west = School(school_id="w", name="West", timezone="America/Denver")
    assert book.of(ordinary) is book.of(School(school_id="b", name="B", timezone="America/New_York"))
    assert book.of(ordinary).in_session(at("2026-02-02 10:00"))
    assert not book.of(hill).in_session(at("2026-02-02 10:00"))
    assert book.of(west).in_session(at("2026-02-03 08:00", ZoneInfo("America/Denver")))
    assert not book.of(west).in_session(at("2026-02-03 08:00"))


def test_a_closed_day_also_cancels_what_was_special_about_it() -> None:
    assert RULES.closed_on(date(2025, 12, 23)).bells(date(2025, 12, 23)) == ()
    assert RULES.bells(date(2025, 12, 23)) != ()


def test_a_level_and_a_school_add_to_what_the_district_says() -> None:
    late = Patch(week=dict.fromkeys(range(5), (Bells(time(9), time(16)),)))
    own = Patch(off=frozenset({date(2025, 12, 23)}), special={date(2025, 11, 27): (Bells(time(9), time(10)),)})
    book = CalendarBook(RULES, {"high": late}, {"hill": own}, {"vale": Patch(off=frozenset({date(2025, 10, 7)}))})
    hill, vale = (book.of(School(school_id=name, name=name, level="high")).rules for name in ("hill", "vale"))
    assert hill.bells(date(2025, 10, 6)) == (Bells(time(9), time(16)),)
    assert hill.bells(date(2025, 12, 23)) == ()
    assert hill.bells(date(2025, 11, 27)) == (Bells(time(9), time(10)),)
    assert hill.bells(date(2025, 11, 28)) == ()
    assert vale.bells(date(2025, 10, 7)) == ()
    assert vale.bells(date(2025, 12, 23)) == (Bells(time(8), time(11)),)
    assert book.with_closures({}).of(School(school_id="vale", name="V")).rules.bells(date(2025, 10, 7)) == TWO_BLOCKS


def test_an_early_dismissal_cuts_whatever_bells_the_day_has() -> None:
    day = date(2025, 10, 6)
    assert RULES.patched(Patch(cut={day: Bells(time(0), time(12, 30))})).bells(day) == (
        Bells(time(8), time(11, 30)),
        Bells(time(12), time(12, 30)),
    )
    assert RULES.patched(Patch(cut={day: Bells(time(12), time(23, 59))})).bells(day) == (Bells(time(12), time(15)),)
