"""Health of computers, from their own reports. Presence is judged in ``presence.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.rules.health.rule import DAY, HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Evidence, Severity

RULES: Mapping[str, Rule] = {
    "battery_worn": Rule(severity=Severity.INFO, enter=0.5, leave=0.55, clears_seconds=HOUR),
    "disk_failing": Rule(severity=Severity.WARNING, clears_seconds=DAY),
    "disk_full": Rule(severity=Severity.INFO, enter=0.05, leave=0.08, lasts_seconds=HOUR),
    "device_hot": Rule(severity=Severity.INFO, enter=95.0, leave=85.0, lasts_seconds=15 * MINUTE),
    "unexpected_shutdowns": Rule(severity=Severity.INFO, enter=3, leave=1, window_seconds=7 * DAY, clears_seconds=HOUR),
    "os_unsupported": Rule(severity=Severity.INFO, enter=0, clears_seconds=HOUR),
    "agent_old": Rule(severity=Severity.INFO, enter=2, leave=0, clears_seconds=HOUR),
}
LIVE = frozenset({"device_hot"})
"""Kinds that a week of silence ends: nobody knows how hot a laptop in a drawer is."""


class Around(NamedTuple):
    """What a report alone does not say: today's date, the newest agent, unexpected shutdowns at the window's start."""

    today: date
    newest_agent: str
    shutdowns_before: int | None = None


def _batteries(report: Report, judge: Judge, _around: Around) -> None:
    for battery in report.batteries or ():
        says = "battery {part} holds {value:.0%} of what it held when new"
        judge.below("battery_worn", "health_ratio", battery.health_ratio, says, battery.name)
        if battery.service_recommended and judge.rule("battery_worn") and battery.health_ratio is None:
            evidence = (Evidence(name="service_recommended", measured=1.0),)
            judge.find("battery_worn", f"battery {battery.name} should be looked at, says the system", evidence)


def _disks(report: Report, judge: Judge, _around: Around) -> None:
    for disk in report.disks or ():
        failing = disk.failing if disk.failing is not None else None if disk.smart_passed is None else False
        failing = True if disk.smart_passed is False else failing
        judge.fact("disk_failing", "failing", "disk {part} is about to fail", disk.name, holds=failing)


def _filesystems(report: Report, judge: Judge, _around: Around) -> None:
    for each in report.filesystems or ():
        free = each.free_bytes / each.size_bytes if each.free_bytes is not None and each.size_bytes else None
        judge.below("disk_full", "free_ratio", free, "{part} has {value:.1%} of its space left", each.mount)


def _temperatures(report: Report, judge: Judge, _around: Around) -> None:
    for each in report.temperatures or ():
        judge.above("device_hot", "celsius", each.celsius, "{part} is at {value:.0f} °C", each.name)


def _uptime(report: Report, judge: Judge, around: Around) -> None:
    total = report.uptime.unexpected_shutdowns_total if report.uptime else None
    lately = None if total is None or around.shutdowns_before is None else max(0, total - around.shutdowns_before)
    judge.above("unexpected_shutdowns", "shutdowns", lately, "went off {value:.0f} times without shutting down")


def _os(report: Report, judge: Judge, around: Around) -> None:
    days = days_without_updates(report.os.support_end_date if report.os else None, around.today)
    judge.above("os_unsupported", "days_without_updates", days, "gets no security updates any more")


def _agent(report: Report, judge: Judge, around: Around) -> None:
    if report.source == "agent":
        behind = releases_behind(report.agent_version, around.newest_agent)
        judge.above("agent_old", "releases_behind", behind, f"runs agent {report.agent_version}")


@lru_cache(maxsize=1_024)
def releases_behind(version: str | None, newest: str) -> int | None:
    """Minor releases between two versions, 100 for each major one; None where one of them is not a version."""
    try:
        old, new = ([int(number) for number in text.split(".")[:2]] for text in (version or "", newest))
        return max(0, (new[0] - old[0]) * 100 + new[1] - old[1])
    except (ValueError, IndexError):
        return None


@lru_cache(maxsize=1_024)
def days_without_updates(ends: str | None, today: date) -> int | None:
    """Days since the last one of support, counted from 0; below that while it is supported, None where nobody knows."""
    try:
        return None if ends is None else (today - date.fromisoformat(ends)).days - 1
    except ValueError:
        return None


Check = Callable[[Report, Judge, Around], None]
CHECKS: tuple[tuple[str, frozenset[str], Check], ...] = (
    ("batteries", frozenset({"battery_worn"}), _batteries),
    ("disks", frozenset({"disk_failing"}), _disks),
    ("filesystems", frozenset({"disk_full"}), _filesystems),
    ("temperatures", frozenset({"device_hot"}), _temperatures),
    ("uptime", frozenset({"unexpected_shutdowns"}), _uptime),
    ("os", frozenset({"os_unsupported"}), _os),
    ("agent_version", frozenset({"agent_old"}), _agent),
)
"""Fields of a report, the kinds judged by each, and how. What a report leaves out stays judged as it was."""
