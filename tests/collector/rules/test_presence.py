from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from homeroom_collector.model import Presence
from homeroom_collector.rules.calendar import Bells, CalendarRules, SchoolCalendar, Span
from homeroom_collector.rules.presence import Cutoffs, PresencePolicy, computer, cutoffs, gear, gear_states

CHICAGO = ZoneInfo("America/Chicago")
POLICY = PresencePolicy(present_seconds=900, overdue_hours=4, missing_days=5, gear_unknown_seconds=300)
SPRING_BREAK = [date(2026, 3, day) for day in range(23, 28)]
RULES = CalendarRules(
    zone=CHICAGO,
    week=dict.fromkeys(range(5), (Bells(time(8), time(15)),)),
    terms=(Span(date(2025, 8, 25), date(2025, 12, 19)), Span(date(2026, 1, 5), date(2026, 6, 5))),
    off=frozenset(SPRING_BREAK),
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).timestamp()


def state(seen: str, now: str, rules: CalendarRules = RULES, **facts) -> Presence:
    asked = {"on_campus": True, "shelved": False} | facts
    return computer(at(seen), cutoffs(SchoolCalendar(rules), POLICY, at(now)), **asked)


@pytest.mark.parametrize(
    ("seen", "now", "expected"),
    [
        # Friday afternoon to Monday
        ("2026-02-06 14:58", "2026-02-06 15:05", Presence.ON_CAMPUS),
        ("2026-02-06 14:58", "2026-02-06 19:00", Presence.QUIET),
        ("2026-02-06 14:58", "2026-02-08 12:00", Presence.QUIET),
        ("2026-02-06 15:00", "2026-02-09 11:59", Presence.QUIET),
        ("2026-02-06 15:00", "2026-02-09 12:00", Presence.OVERDUE),
        ("2026-02-06 15:00", "2026-02-13 14:59", Presence.OVERDUE),
        ("2026-02-06 15:00", "2026-02-13 15:00", Presence.MISSING),
        # spring break is no time at all
        ("2026-03-20 15:00", "2026-03-29 23:00", Presence.QUIET),
        ("2026-03-20 15:00", "2026-03-30 11:59", Presence.QUIET),
        ("2026-03-20 15:00", "2026-03-30 12:00", Presence.OVERDUE),
        # winter break lies between two terms
        ("2025-12-19 15:00", "2026-01-05 07:59", Presence.QUIET),
        # a closed lid in July is not missing
        ("2026-06-05 15:00", "2026-07-15 12:00", Presence.QUIET),
        ("2026-06-05 15:00", "2026-08-24 12:00", Presence.QUIET),
        # but it was missing if it had been silent before the summer
        ("2026-05-20 15:00", "2026-07-15 12:00", Presence.MISSING),
        # within the day
        ("2026-02-10 08:00", "2026-02-10 08:10", Presence.ON_CAMPUS),
        ("2026-02-10 08:00", "2026-02-10 11:00", Presence.QUIET),
        ("2026-02-10 08:00", "2026-02-10 12:00", Presence.OVERDUE),
        # a lesson that goes over the change of the clocks is as long as ever
        ("2026-03-06 15:00", "2026-03-09 11:59", Presence.QUIET),
        ("2026-03-06 15:00", "2026-03-09 12:00", Presence.OVERDUE),
    ],
)
def test_silence_is_counted_in_instruction(seen: str, now: str, expected: Presence) -> None:
    assert state(seen, now) is expected


def test_a_snow_day_counts_only_at_the_school_that_had_it() -> None:
    snowed_in = RULES.closed_on(date(2026, 2, 9))
    assert state("2026-02-06 15:00", "2026-02-09 13:00") is Presence.OVERDUE
    assert state("2026-02-06 15:00", "2026-02-09 13:00", snowed_in) is Presence.QUIET
    assert state("2026-02-06 15:00", "2026-02-10 12:00", snowed_in) is Presence.OVERDUE


def test_a_half_day_counts_as_a_day_of_silence_and_as_few_hours() -> None:
    half = CalendarRules(
        zone=CHICAGO, week=RULES.week, terms=RULES.terms, special={date(2026, 2, 9): (Bells(time(8), time(11)),)}
    )
    assert state("2026-02-06 15:00", "2026-02-10 08:59", half) is Presence.QUIET
    assert state("2026-02-06 15:00", "2026-02-10 09:00", half) is Presence.OVERDUE
    assert state("2026-02-06 15:00", "2026-02-13 15:00", half) is Presence.MISSING


def test_the_register_has_the_last_word_on_shelved_devices() -> None:
    assert state("2026-02-06 15:00", "2026-05-01 12:00", shelved=True) is Presence.SHELVED


def test_away_is_known_only_while_a_device_talks() -> None:
    assert state("2026-02-10 09:00", "2026-02-10 09:05", on_campus=False) is Presence.AWAY
    assert state("2026-02-10 09:00", "2026-02-10 09:05", on_campus=None) is Presence.ON_CAMPUS
    assert state("2026-02-10 09:00", "2026-02-10 10:00", on_campus=False) is Presence.QUIET


def test_a_computer_nobody_ever_heard_of_is_unknown() -> None:
    assert computer(None, Cutoffs(), on_campus=None, shelved=False) is Presence.UNKNOWN


def test_a_calendar_without_instruction_makes_nobody_overdue() -> None:
    empty = CalendarRules(zone=CHICAGO, week={})
    assert state("2020-01-01 12:00", "2026-02-10 12:00", empty) is Presence.QUIET


@pytest.mark.parametrize(
    ("polled", "reachable", "parent_down", "expected"),
    [
        ("2026-02-10 03:59", True, False, Presence.UP),
        ("2026-02-10 03:59", False, False, Presence.DOWN),
        ("2026-02-10 03:59", False, True, Presence.UNREACHABLE),
        ("2026-02-10 03:59", None, False, Presence.UNKNOWN),
        ("2026-02-10 03:50", True, False, Presence.UNKNOWN),
        ("2026-02-10 03:50", False, True, Presence.UNKNOWN),
    ],
)
def test_gear_is_down_only_if_somebody_looked(
    polled: str, reachable: bool | None, parent_down: bool, expected: Presence
) -> None:
    now = cutoffs(SchoolCalendar(RULES), POLICY, at("2026-02-10 04:00"))
    assert gear(at(polled), now, reachable=reachable, parent_down=parent_down, shelved=False) is expected


def network(*silent: str, never: str = "") -> dict[str, Presence]:
    """States of edge > closet > core > firewall, polled just now; the camera hangs from the edge."""
    parents = {"core": "firewall", "closet": "core", "edge": "closet", "camera": "edge"}
    answers = {name: (None if name == never else 100.0, name not in silent) for name in ("firewall", *parents)}
    return gear_states(answers, parents, Cutoffs(gear_known=0.0))


def test_what_hangs_from_a_dead_core_is_unreachable_all_the_way_down() -> None:
    assert network("core", "closet", "edge", "camera") == {
        "firewall": Presence.UP,
        "core": Presence.DOWN,
        "closet": Presence.UNREACHABLE,
        "edge": Presence.UNREACHABLE,
        "camera": Presence.UNREACHABLE,
    }


def test_a_dead_school_has_one_device_that_is_down() -> None:
    assert list(network("firewall", "core", "closet", "edge", "camera").values()).count(Presence.DOWN) == 1


def test_a_silent_core_that_still_forwards_explains_nothing_behind_a_closet_that_answers() -> None:
    states = network("core", "edge", "camera")
    assert (states["core"], states["closet"]) == (Presence.DOWN, Presence.UP)
    assert (states["edge"], states["camera"]) == (Presence.DOWN, Presence.UNREACHABLE)


def test_a_parent_that_nobody_looked_at_explains_nothing() -> None:
    assert network("closet", never="core")["closet"] == Presence.DOWN


MONDAY = "2026-02-09 11:00"


def chromebook(*, spoke: str | None, synced: str | None, now: str = MONDAY, **facts) -> Presence:
    heard = [at(moment) for moment in (spoke, synced) if moment]
    asked = {"on_campus": True, "shelved": False} | facts
    return computer(
        max(heard, default=None),
        cutoffs(SchoolCalendar(RULES), POLICY, at(now)),
        spoke_at=at(spoke) if spoke else None,
        synced_at=at(synced) if synced else None,
        **asked,
    )


@pytest.mark.parametrize(
    ("spoke", "synced", "expected"),
    [
        ("2026-02-09 10:58", "2026-02-09 08:00", Presence.ON_CAMPUS),
        ("2026-02-09 09:00", "2026-02-09 10:58", Presence.NO_SESSION),  # on, and nobody signed in, though just heard of
        ("2026-01-12 09:00", "2026-02-09 06:00", Presence.NO_SESSION),  # not missing: it is at the login screen
        ("2026-02-09 09:00", "2026-02-09 08:59", Presence.QUIET),  # it synchronised while somebody was there
        ("2026-02-06 09:00", "2026-02-09 04:59", Presence.QUIET),  # that was the night
        ("2026-01-12 09:00", "2026-01-28 09:00", Presence.MISSING),
        ("2026-01-12 09:00", None, Presence.MISSING),
        (None, "2026-02-09 10:58", Presence.ON_CAMPUS),  # no extension ever spoke: its silence says nothing
        (None, "2026-02-06 12:00", Presence.OVERDUE),
        (None, None, Presence.UNKNOWN),
    ],
)
def test_a_silent_extension_on_a_device_that_synchronises_is_no_session(
    spoke: str | None, synced: str | None, expected: Presence
):
    assert chromebook(spoke=spoke, synced=synced) is expected


def test_what_is_shelved_has_no_session_to_miss():
    assert chromebook(spoke="2026-02-09 09:00", synced="2026-02-09 10:00", shelved=True) is Presence.SHELVED
