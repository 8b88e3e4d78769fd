import dataclasses
from datetime import date, time
from pathlib import Path

import pytest
import yaml

from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.calendar import Bells, Span
from homeroom_collector.sources.calendar_settings import (
    BellSettings,
    CalendarSettings,
    FeedSettings,
    PartSettings,
    SpanSettings,
    SpecialSettings,
    load,
    patch,
    weekdays,
)

EXAMPLE = Path(__file__).parents[3] / "configs" / "calendar.yml"


def written(folder: Path, text: str) -> Path:
    file = folder / "calendar.yml"
    file.write_text(text)
    return file


def test_the_example_loads_and_says_what_it_seems_to_say() -> None:
    settings = load(EXAMPLE)
    district, high = patch(settings), patch(settings.levels["high"])
    assert district.week is not None
    assert district.week[4] == (Bells(time(8), time(15)),)
    assert district.terms is not None
    assert district.terms[0] == Span(date(2026, 8, 24), date(2026, 12, 18))
    assert date(2026, 11, 26) in district.off
    assert district.special[date(2026, 12, 18)] == (Bells(time(8), time(11, 30)),)
    assert high.week is not None
    assert high.week[0] == (Bells(time(7, 25), time(14, 10)),)
    assert high.terms is None
    assert patch(settings.schools["washington"]).off == {date(2026, 10, 16)}


@pytest.mark.parametrize(
    "settings", [CalendarSettings, PartSettings, BellSettings, SpanSettings, SpecialSettings, FeedSettings]
)
def test_every_key_is_in_the_example(settings: type) -> None:
    text = EXAMPLE.read_text()
    for field in dataclasses.fields(settings):
        assert f"{field.name}:" in text, f"{settings.__name__}.{field.name} is not in {EXAMPLE.name}"


def test_the_words_in_the_example_are_the_defaults() -> None:
    lines = EXAMPLE.read_text().partition("feeds: []")[2].partition("levels:")[0].splitlines()[1:]
    shown = yaml.safe_load("\n".join(line.removeprefix("#") for line in lines))[0]
    usual = FeedSettings(source="")
    for name in ("closed", "early", "late", "ignore"):
        assert tuple(shown[name]) == getattr(usual, name)
    assert (shown["early_end"], shown["late_start"]) == (f"{usual.early_end:%H:%M}", f"{usual.late_start:%H:%M}")


def test_times_may_be_written_without_quotes(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "bells:\n  - {start: 7:45, end: 15:00}\n"))
    assert settings.bells[0] == BellSettings(start=time(7, 45), end=time(15))


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    bad = """
bells:
  - {days: fri-mon, start: "08:00", end: "15:00"}
  - {start: "15:00", end: "08:00"}
terms:
  - {first: 2026-08-24, last: 2026-01-01}
schools:
  hill:
    special_days:
      - {day: 2026-08-24, start: "08:00", end: "07:00"}
"""
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, bad))
    found = "\n".join(error.value.problems)
    for expected in (
        "bells[0].days: 'fri-mon'",
        "bells[1].end: must be later",
        "terms[0].last",
        "schools.hill.special_days[0].end",
    ):
        assert expected in found


def test_unknown_keys_and_times_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, 'day_off: []\nbells:\n  - {start: "25:00", end: noon}\n'))
    found = "\n".join(error.value.problems)
    assert "did you mean 'days_off'?" in found
    assert found.count("not a time of day") == 2


def test_times_that_overlap_are_refused(tmp_path: Path) -> None:
    text = 'bells:\n  - {start: "08:00", end: "12:00"}\n  - {days: tue, start: "11:00", end: "15:00"}\n'
    with pytest.raises(ConfigError, match="bells: tue has times that overlap"):
        load(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", [0, 1, 2, 3, 4]), ("Tuesday, thu", [1, 3]), ("sat", [5]), ("mon-wed fri", [0, 1, 2, 4])],
)
def test_days_of_the_week(text: str, days: list[int]) -> None:
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "someday", "fri-mon", "-"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        weekdays(text)
