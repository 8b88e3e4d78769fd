from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.errors import SourceError
from homeroom_collector.rules.calendar import Bells, Patch
from homeroom_collector.sources.calendar_settings import FeedSettings
from homeroom_collector.sources.calendars import Horizon, events, read

CHICAGO = ZoneInfo("America/Chicago")
HORIZON = Horizon.around(date(2026, 2, 1))
LOCAL = "TZID=America/Chicago"
FEED = FeedSettings(source="district.ics")


def ics(*entries: str) -> bytes:
    bodies = (f"BEGIN:VEVENT\nUID:{number}\n{entry}\nEND:VEVENT\n" for number, entry in enumerate(entries))
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n" + "".join(bodies) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def days(*entries: str, feed: FeedSettings = FEED) -> Patch:
    return read(ics(*entries), feed, CHICAGO, HORIZON)


def march(*numbers: int) -> frozenset[date]:
    return frozenset(date(2026, 3, number) for number in numbers)


@pytest.mark.parametrize(
    ("entry", "off"),
    [
        ("SUMMARY:Spring Break\nDTSTART;VALUE=DATE:20260323\nDTEND;VALUE=DATE:20260328", march(23, 24, 25, 26, 27)),
        ("SUMMARY:NO SCHOOL - Teacher  Workday\nDTSTART;VALUE=DATE:20260306", march(6)),
        ("SUMMARY:No School\nDTSTART;VALUE=DATE:20260306\nDURATION:P2D", march(6, 7)),
        ("SUMMARY:Presidents\u2019 Day\nDTSTART;VALUE=DATE:20260302", march(2)),
        ("SUMMARY:Schools closed\nDTSTART:20260310T060000Z\nDTEND:20260311T040000Z", march(10)),
        (f"SUMMARY:No School\nDTSTART;{LOCAL}:20260310T070000\nDTEND;{LOCAL}:20260310T160000", march(10)),
        # words that only look like it
        ("SUMMARY:Breakfast with grandparents\nDTSTART;VALUE=DATE:20260306", frozenset()),
        ("SUMMARY:Holiday Concert\nDTSTART;VALUE=DATE:20260306", frozenset()),
        ("SUMMARY:School resumes after break\nDTSTART;VALUE=DATE:20260306", frozenset()),
        ("SUMMARY:Board meeting\nDTSTART;VALUE=DATE:20260306", frozenset()),
        # an evening does not close a school
        ("SUMMARY:Holiday market\nDTSTART:20260306T230000Z\nDTEND:20260307T020000Z", frozenset()),
        ("SUMMARY:No school\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260306", frozenset()),
    ],
)  # fmt: skip
def test_events_are_understood_by_their_words(entry: str, off: frozenset[date]) -> None:
    assert days(entry).off == off


def test_an_early_dismissal_and_a_late_start_cut_the_day() -> None:
    patch = days(
        "SUMMARY:Early Dismissal\nDTSTART;VALUE=DATE:20260306",
        f"SUMMARY:2-Hour Delay\nDTSTART;{LOCAL}:20260309T080000\nDTEND;{LOCAL}:20260309T100000",
    )
    assert patch.cut == {
        date(2026, 3, 6): Bells(time(0), time(12)),
        date(2026, 3, 9): Bells(time(10), time.max),
    }
    assert patch.off == frozenset()


def test_a_district_may_use_other_words() -> None:
    spanish = FeedSettings(source="x.ics", closed=("sin clases",), ignore=())
    assert days("SUMMARY:Sin clases\nDTSTART;VALUE=DATE:20260306", feed=spanish).off == march(6)
    assert days("SUMMARY:No school\nDTSTART;VALUE=DATE:20260306", feed=spanish).off == frozenset()


@pytest.mark.parametrize(
    ("repetition", "expected"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=3", [6, 13, 20]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260320T045959Z\nEXDATE;VALUE=DATE:20260313", [6]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260320T050000Z\nEXDATE;VALUE=DATE:20260313", [6, 20]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260321\nEXDATE;VALUE=DATE:20260313", [6, 20]),
        ("RDATE;VALUE=DATE:20260309,20260310", [6, 9, 10]),
    ],
)
def test_repetitions_are_worked_out(repetition: str, expected: list[int]) -> None:
    assert days(f"SUMMARY:No school\nDTSTART;VALUE=DATE:20260306\n{repetition}").off == march(*expected)


def test_a_lesson_at_eight_stays_at_eight_when_the_clocks_change() -> None:
    entry = "SUMMARY:x\nDTSTART;TZID=America/Chicago:20260302T230000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert [event.first for event in events(ics(entry), CHICAGO, HORIZON)] == [date(2026, 3, 2), date(2026, 3, 9)]


def test_an_endless_repetition_ends_with_the_horizon() -> None:
    entry = "SUMMARY:x\nDTSTART;VALUE=DATE:20000103\nRRULE:FREQ=YEARLY"
    assert [event.first.year for event in events(ics(entry), CHICAGO, HORIZON)] == [2025, 2026, 2027]


def test_a_weekly_event_from_long_ago_still_repeats() -> None:
    entry = "SUMMARY:No school\nDTSTART;VALUE=DATE:19900105\nRRULE:FREQ=WEEKLY"
    assert march(6, 13) < days(entry).off


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=HOURLY;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=0"]
)
def test_a_repetition_that_makes_no_sense_costs_nothing(rule: str) -> None:
    entry = f"SUMMARY:No school\nDTSTART;VALUE=DATE:20000105\nRRULE:{rule}"
    assert not days(entry).off - {date(2000, 1, 5)}


@given(st.text("FREQUNTILCODAYWKMHBSP=;,0123456789-+Z", max_size=60))
def test_no_rule_breaks_the_file(rule: str) -> None:
    try:
        list(events(ics(f"SUMMARY:x\nDTSTART;VALUE=DATE:20260101\nRRULE:{rule}"), CHICAGO, HORIZON))
    except SourceError:
        return


def test_one_moved_occurrence_replaces_the_one_it_moves() -> None:
    moved = "RECURRENCE-ID;VALUE=DATE:20260313\nDTSTART;VALUE=DATE:20260312"
    text = ics(
        "SUMMARY:No school\nDTSTART;VALUE=DATE:20260306\nRRULE:FREQ=WEEKLY;COUNT=3", f"SUMMARY:No school\n{moved}"
    )
    assert read(text.replace(b"UID:1", b"UID:0"), FEED, CHICAGO, HORIZON).off == march(6, 12, 20)


def test_what_cannot_be_understood_is_skipped_and_the_rest_stands(caplog: pytest.LogCaptureFixture) -> None:
    patch = days("SUMMARY:No school", "SUMMARY:No school\nDTSTART;VALUE=DATE:20260306")
    assert patch.off == march(6)
    assert "not understood" in caplog.text


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(SourceError, match="iCalendar"):
        read(raw, FEED, CHICAGO, HORIZON)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_nothing_from_outside_breaks_more_than_itself(raw: bytes, line: str) -> None:
    for document in (raw, ics(f"SUMMARY:{line}\nDTSTART;VALUE=DATE:20260306"), ics(f"DTSTART:{line}")):
        try:
            read(document, FEED, CHICAGO, HORIZON)
        except SourceError:
            continue


def test_the_horizon_is_about_a_year_each_way() -> None:
    today = datetime(2026, 2, 1, tzinfo=CHICAGO).date()
    assert Horizon.around(today) == HORIZON
