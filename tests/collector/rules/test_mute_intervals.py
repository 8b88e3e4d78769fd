"""The school calendar as Alertmanager understands it: held against the calendar itself, minute by minute."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar, Span
from homeroom_collector.rules.mute_intervals import time_intervals
from homeroom_collector.rules.staffed import staffed
from homeroom_collector.rules.ticket_policy import Staff
from stack import tool

ZONE = ZoneInfo("America/Chicago")
RULES = CalendarRules(
    zone=ZONE,
    terms=(Span(date(2026, 8, 17), date(2026, 12, 18)), Span(date(2027, 1, 4), date(2027, 5, 28))),
    off=frozenset({date(2026, 9, 7), date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)}),
)
FIRST, DAYS = date(2026, 8, 1), 365


def muted(intervals: list[dict[str, Any]], at: datetime) -> bool:
    return any(_within(part, at) for part in intervals[0]["time_intervals"])


def _within(part: dict[str, Any], at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(part["location"]))
    clock = f"{local:%H:%M}"
    first, _, last = part.get("days_of_month", ["1:31"])[0].partition(":")
    return (
        f"{local:%A}".lower() in part.get("weekdays", [f"{local:%A}".lower()])
        and f"{local:%B}".lower() in part.get("months", [f"{local:%B}".lower()])
        and str(local.year) in part.get("years", [str(local.year)])
        and int(first) <= local.day <= int(last)
        and any(each["start_time"] <= clock < each["end_time"] for each in part.get("times", []))
        is bool("times" in part)
    )


def test_people_are_let_alone_exactly_when_nobody_is_at_work():
    intervals, calendar, staff = time_intervals(RULES, Staff(), FIRST, DAYS), SchoolCalendar(RULES), Staff()
    at = datetime(2026, 8, 1, 12, tzinfo=UTC)
    while at < datetime(2027, 7, 30, tzinfo=UTC):
        assert muted(intervals, at) is not staffed(calendar, staff, at.timestamp()), at
        at += timedelta(minutes=95)


def test_amtool_takes_it(tmp_path: Path):
    document = {
        "route": {"receiver": "x", "routes": [{"receiver": "x", "mute_time_intervals": ["unstaffed"]}]},
        "receivers": [{"name": "x"}],
        "time_intervals": time_intervals(RULES, Staff(end=time(18)), FIRST, DAYS),
    }
    (tmp_path / "am.yml").write_text(json.dumps(document))
    command = [tool("amtool"), "check-config", str(tmp_path / "am.yml")]
    ran = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stdout
