from typing import Any

import pytest

from homeroom_collector.sources.google import values


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("4294967296", 4294967296),
        (5, 5),
        ("-1", None),
        ("", None),
        (None, None),
        ("9" * 30, None),
        (True, None),
        ([], None),
    ],
)
def test_whole_numbers_come_as_text(value: Any, number: int | None):
    assert values.whole(value) == number


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-18T11:06:40Z", 1795000000.0),
        ("2026-11-18T11:06:40.123456789Z", 1795000000.123456789),
        ("2026-11-18T06:06:40-05:00", 1795000000.0),
        ("0001-01-01T00:00:00Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("yesterday", None),
        (5, None),
        (None, None),
    ],
)
def test_times_are_unix_seconds(value: Any, at: float | None):
    assert values.moment(value) == pytest.approx(at)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2030-06-30", "2030-06-30"),
        ("2030-06-30T23:59:59Z", "2030-06-30"),
        ("1782777600000", "2026-06-30"),
        (1782777600000, "2026-06-30"),
        ("0", None),
        ("soon", None),
        ("9" * 40, None),
        (None, None),
    ],
)
def test_the_end_of_updates_is_a_day_however_it_is_written(value: Any, day: str | None):
    assert values.day(value) == day


@pytest.mark.parametrize(("value", "found"), [("1.5s", 1.5), ("3600s", 3600.0), ("1m", None), (4, None)])
def test_durations_end_in_s(value: Any, found: float | None):
    assert values.seconds(value) == found


def test_text_is_cut_and_cleaned():
    assert values.words("  A\0 \ud800 b\n", 20) == "A ? b"
    assert values.words("x" * 30, 20) == "x" * 20
    assert values.words("  ", 20) is None
    assert values.words({"a": 1}, 20) is None
