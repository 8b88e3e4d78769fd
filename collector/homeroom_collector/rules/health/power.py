"""Uninterruptible power supplies."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.rules.health.rule import DAY, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "ups_on_battery": Rule(severity=Severity.WARNING, lasts_seconds=30.0),
    "ups_replace_battery": Rule(severity=Severity.WARNING, lasts_seconds=30 * MINUTE, clears_seconds=DAY),
    "ups_runtime_low": Rule(severity=Severity.WARNING, enter=300.0, leave=420.0, lasts_seconds=30 * MINUTE),
}


def look(gear: NetworkGear, judge: Judge) -> None:
    """Judge one poll that was answered."""
    ups = gear.ups
    if ups is None:
        return
    judge.fact("ups_on_battery", "on_battery", "runs on battery", holds=ups.on_battery)
    judge.fact("ups_replace_battery", "replace_battery", "asks for a new battery", holds=ups.replace_battery)
    # On battery the time left runs down by itself; how long it would last is asked while there is mains.
    runtime = None if ups.on_battery else ups.battery_runtime_seconds
    judge.below("ups_runtime_low", "runtime_seconds", runtime, "would last {value:.0f} s without mains")
