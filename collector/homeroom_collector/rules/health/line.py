"""A school's line to the outside: down, full during lessons, slower than the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from homeroom_agent.report.network import Interface
from homeroom_collector.rules.health.ports import name_of
from homeroom_collector.rules.health.rule import HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "wan_down": Rule(severity=Severity.CRITICAL, lasts_seconds=30.0),
    "wan_saturated": Rule(
        severity=Severity.WARNING, hours="instructional", enter=0.9, leave=0.75, lasts_seconds=15 * MINUTE,
        clears_seconds=30 * MINUTE,
    ),
    "wan_slow": Rule(
        severity=Severity.WARNING, hours="instructional", enter=0.5, leave=0.25, lasts_seconds=10 * MINUTE, at_least=5
    ),
    "wan_below_contract": Rule(severity=Severity.WARNING, enter=0.95, lasts_seconds=HOUR, clears_seconds=HOUR),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of a school's outside ports now. None: unknown. ``speed_bps`` is of all ports together.

    ``latencies_seconds`` are the latest round trips from computers on campus to the collector.
    """

    contracted_bps: float | None = None
    speed_bps: float | None = None
    busiest_bps: float | None = None
    latencies_seconds: Sequence[float] = ()


def look_at_ports(ports: Sequence[Interface], outside: frozenset[str], judge: Judge) -> None:
    """Judge the outside ports of one device: down though nobody switched them off."""
    for port in ports:
        name = name_of(port)
        if name in outside:
            known = port.oper_status not in (None, "unknown")
            down = port.oper_status != "up" and port.admin_status != "down" if known else None
            judge.fact(
                "wan_down", "oper_status", "has no line on {part}", name, holds=down, word=port.oper_status or ""
            )


def look(line: Line, judge: Judge) -> None:
    """Judge the line as a whole, by what was contracted, else by the speed of the ports."""
    most = line.contracted_bps or line.speed_bps
    used = line.busiest_bps / most if line.busiest_bps is not None and most else None
    judge.above("wan_saturated", "used_ratio", used, "uses {value:.0%} of its line")
    rule = judge.rule("wan_slow")
    enough = rule is not None and len(line.latencies_seconds) >= (rule.at_least or 0)
    latency = median(line.latencies_seconds) if enough and line.latencies_seconds else None
    judge.above("wan_slow", "latency_seconds", latency, "takes {value:.1f} s for a round trip to the collector")
    share = line.speed_bps / line.contracted_bps if line.speed_bps and line.contracted_bps else None
    judge.below("wan_below_contract", "speed_ratio", share, "has ports for {value:.0%} of the contracted line only")
