"""Health of network gear: which section of a poll is judged by which rules."""

from __future__ import annotations

from collections.abc import Callable

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.rules.health import hardware, power, printer
from homeroom_collector.rules.health.rule import Judge

Check = Callable[[NetworkGear, Judge], None]
CHECKS: tuple[tuple[str, frozenset[str], Check], ...] = (
    ("sensors", frozenset({"gear_hot", "fan_failed", "power_supply_failed"}), hardware.sensors),
    ("poe", frozenset({"poe_budget"}), hardware.power_over_ethernet),
    ("processors", frozenset({"cpu_high"}), hardware.processors),
    ("memory", frozenset({"memory_high"}), hardware.memory),
    ("system", frozenset({"gear_restarted"}), hardware.system),
    ("ups", frozenset(power.RULES), power.look),
    ("printer", frozenset(printer.RULES), printer.look),
)
"""Sections of a poll, the kinds judged by each, and how. What a poll did not bring stays judged as it was."""
