"""Whether a computer's report is plainly well, by a few comparisons: so that nearly every report costs no more. Pure.

The checks of ``computer.py`` decide what is wrong. Here is only said of which reports they would find nothing in; where
that is not plain, they have to be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import inf
from typing import NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.rules.health.computer import days_without_updates, releases_behind
from homeroom_collector.rules.health.rule import Rules


class Marks(NamedTuple):
    """From where on values are wrong; out of reach where the rule is off. Ratios, Celsius, counts."""

    battery_health: float
    free_space: float
    celsius: float
    shutdowns: float
    releases: float
    days_without_updates: float


def marks_of(rules: Rules) -> Marks:
    """The marks of one school's rules."""

    def mark(kind: str, out_of_reach: float) -> float:
        rule = rules.get(kind)
        return out_of_reach if rule is None or rule.enter is None else rule.enter

    return Marks(
        mark("battery_worn", -inf),
        mark("disk_full", -inf),
        mark("device_hot", inf),
        mark("unexpected_shutdowns", inf),
        mark("agent_old", inf),
        mark("os_unsupported", inf),
    )


def is_calm(
    report: Report, marks: Marks, newest_agent: str, shutdowns_before: int | None, today: Callable[[], date]
) -> bool:
    """Whether nothing is wrong in the report of a device of which nothing was found before. False: ask the checks.

    ``today`` is asked only where the report names an end of support. What is calm on a day was so before.
    """
    for battery in report.batteries or ():
        health = battery.health_ratio
        if battery.service_recommended if health is None else health <= marks.battery_health:
            return False
    for sensor in report.temperatures or ():
        if sensor.celsius >= marks.celsius:
            return False
    if shutdowns_before is not None and report.uptime is not None:
        total = report.uptime.unexpected_shutdowns_total
        if total is not None and max(0, total - shutdowns_before) >= marks.shutdowns:
            return False
    if report.source == "agent":
        behind = releases_behind(report.agent_version, newest_agent)
        if behind is not None and behind >= marks.releases:
            return False
    return _is_calm_in_what_changes_rarely(report, marks, today)


def _is_calm_in_what_changes_rarely(report: Report, marks: Marks, today: Callable[[], date]) -> bool:
    for disk in report.disks or ():
        if disk.failing or disk.smart_passed is False:
            return False
    for each in report.filesystems or ():
        if each.free_bytes is not None and each.size_bytes and each.free_bytes / each.size_bytes <= marks.free_space:
            return False
    if report.os is None or report.os.support_end_date is None:
        return True
    days = days_without_updates(report.os.support_end_date, today())
    return days is None or days < marks.days_without_updates
