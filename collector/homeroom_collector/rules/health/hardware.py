"""The hardware of network gear: temperature, fans, power supplies, power over Ethernet, processor, memory, restarts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from homeroom_agent.report.network import NetworkGear, Sensor
from homeroom_collector.rules.health.rule import HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "gear_hot": Rule(severity=Severity.WARNING, enter=75.0, leave=70.0, lasts_seconds=10 * MINUTE),
    "fan_failed": Rule(severity=Severity.WARNING, lasts_seconds=5 * MINUTE, clears_seconds=HOUR),
    "power_supply_failed": Rule(severity=Severity.WARNING, lasts_seconds=5 * MINUTE, clears_seconds=HOUR),
    "poe_budget": Rule(severity=Severity.WARNING, enter=0.9, leave=0.85, lasts_seconds=10 * MINUTE),
    "cpu_high": Rule(severity=Severity.WARNING, enter=0.95, leave=0.8, lasts_seconds=15 * MINUTE),
    "memory_high": Rule(severity=Severity.INFO, enter=0.95, leave=0.9, lasts_seconds=HOUR),
    "gear_restarted": Rule(severity=Severity.INFO, enter=240.0, clears_seconds=HOUR),
}
_FAN = re.compile(r"\bfans?\b", re.IGNORECASE)
_POWER = re.compile(r"power.?suppl|\bpsu\b|\bpower\b", re.IGNORECASE)
_HOT_BY_NATURE = re.compile(r"cpu|proc|asic|die|junction|sfp|xfp|transceiver|xcvr|phy|npu|chip", re.IGNORECASE)
_TROUBLE = ("warning", "critical")


def power_over_ethernet(gear: NetworkGear, judge: Judge) -> None:
    """Judge what is given of the budget, group by group."""
    for group in gear.poe or ():
        used = group.used_watts / group.budget_watts if group.used_watts is not None and group.budget_watts else None
        says = "gives {value:.0%} of the power over Ethernet that it has"
        judge.above("poe_budget", "used_ratio", used, says, group.index)


def processors(gear: NetworkGear, judge: Judge) -> None:
    """Judge the mean of all processors."""
    busy = [each.usage_ratio for each in gear.processors or () if each.usage_ratio is not None]
    judge.above("cpu_high", "usage_ratio", sum(busy) / len(busy) if busy else None, "has its processor at {value:.0%}")


def memory(gear: NetworkGear, judge: Judge) -> None:
    """Judge the fullest pool."""
    full = [each.usage_ratio for each in gear.memory or () if each.usage_ratio is not None]
    judge.above("memory_high", "usage_ratio", max(full, default=None), "has its memory at {value:.0%}")


def system(gear: NetworkGear, judge: Judge) -> None:
    """Judge how long it has been running."""
    uptime = gear.system.uptime_seconds if gear.system else None
    judge.below("gear_restarted", "uptime_seconds", uptime, "has started anew")


def sensors(gear: NetworkGear, judge: Judge) -> None:
    """Judge temperatures, fans and power supplies."""
    if gear.identity is not None and gear.identity.kind == "printer":
        return  # a printer's states are judged as a printer's
    for sensor in gear.sensors or ():
        part = sensor.description or sensor.index
        if sensor.kind == "temperature" and sensor.unit == "celsius":
            _temperature(sensor, part, judge)
        elif sensor.kind in ("fan_speed", "state") and _FAN.search(part):
            _part_failed("fan_failed", sensor, part, judge)
        elif sensor.kind == "state" and _POWER.search(part):
            _part_failed("power_supply_failed", sensor, part, judge)


def _temperature(sensor: Sensor, part: str, judge: Judge) -> None:
    """Judge by the device's own verdict; a board or an intake by the number too, for makers' limits are high."""
    if sensor.status == "critical":
        judge.fact("gear_hot", "status", "says that {part} is too hot", part, holds=True, word=sensor.status)
    elif not _HOT_BY_NATURE.search(part):
        judge.above("gear_hot", "celsius", sensor.value, "{part} is at {value:.0f} °C", part)


def _part_failed(kind: str, sensor: Sensor, part: str, judge: Judge) -> None:
    failed = None if sensor.status == "unknown" else sensor.status in _TROUBLE
    judge.fact(kind, "status", "says that {part} has failed", part, holds=failed, word=sensor.status)
