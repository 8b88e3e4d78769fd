"""Printers: supplies and the states in which they print nothing. During instruction only."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.rules.health.rule import HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "printer_supply_low": Rule(severity=Severity.INFO, enter=0.05, leave=0.15, lasts_seconds=HOUR, clears_seconds=HOUR),
    "printer_error": Rule(severity=Severity.INFO, hours="instructional", lasts_seconds=30 * MINUTE),
}
_PRINTS = frozenset(
    {"low_paper", "low_toner", "output_near_full", "input_tray_empty", "overdue_preventive_maintenance"}
)
"""States (hrPrinterDetectedErrorState, RFC 2790) in which a printer still prints."""


def look(gear: NetworkGear, judge: Judge) -> None:
    """Judge one poll that was answered."""
    printer = gear.printer
    if printer is None:
        return
    for supply in printer.supplies:
        part = supply.description or supply.index
        judge.below("printer_supply_low", "level_ratio", supply.level_ratio, "{part} is at {value:.0%}", part)
    stopped = None if printer.errors is None else [each for each in printer.errors if each not in _PRINTS]
    words = ", ".join(stopped or ())
    holds = None if stopped is None else bool(stopped)
    judge.fact("printer_error", "errors", "says: {value}", holds=holds, word=words)
