"""What agents are told with every answer. Agents take what they know, within limits of their own (docs/agent.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from homeroom_collector.rules.throughput import Hours, Policy
from homeroom_collector.strict import Clock, Seconds

_LEAST_PROBE_SECONDS = 60.0
_MOST_ECHOES = 5
_MOST_SHARE = 0.01
_MOST_AT_ONCE = 2
_MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursSettings:
    """A time of day on each school's own clock."""

    start: Clock
    end: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputSettings:
    """Measurements of the schools' lines: how often each laptop, and how much of a line. Unknown bandwidth: none."""

    enabled: bool = True
    every: Seconds = 86_400.0
    share: float = _MOST_SHARE
    averaging: Seconds = 3_600.0
    at_once: int = _MOST_AT_ONCE
    max_bytes: int = 10_000_000
    default_bandwidth_bps: int | None = None
    hours: HoursSettings | None = None

    def policy(self) -> Policy | None:
        """As the rules want it; None where nothing is to be measured."""
        if not self.enabled:
            return None
        return Policy(
            share_ratio=self.share,
            at_once=self.at_once,
            most_bytes=self.max_bytes,
            every_seconds=self.every,
            averaging_seconds=self.averaging,
            default_bandwidth_bps=self.default_bandwidth_bps,
            hours=Hours(start=self.hours.start, end=self.hours.end) if self.hours else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Pace of the agents. ``probe_intervals`` by the name of a probe; ``reports_per_second`` None: as fast as taken."""

    interval: Seconds = 300.0
    jitter: float = 0.1
    probe_intervals: dict[str, Seconds] = field(default_factory=dict)
    reports_per_second: float | None = 20.0
    newest_first: bool = False
    echoes: int = 3
    throughput: ThroughputSettings = field(default_factory=ThroughputSettings)

    def told(self) -> dict[str, Any]:
        """The ``settings`` of an answer, alike for all devices."""
        return {
            "interval_seconds": self.interval,
            "jitter_ratio": self.jitter,
            "probe_intervals_seconds": self.probe_intervals,
            "reports_per_second": self.reports_per_second,
            "newest_first": self.newest_first,
            "echoes": self.echoes,
        }


def problems(agents: AgentSettings) -> list[str]:
    """What is out of bounds, with its dotted path."""
    throughput, rate = agents.throughput, agents.reports_per_second
    checks = {
        "jitter: must be 0 to 1": 0 <= agents.jitter <= 1,
        "reports_per_second: must be 0.01 to 1000": rate is None or 0.01 <= rate <= 1_000,
        f"echoes: must be 0 to {_MOST_ECHOES}": 0 <= agents.echoes <= _MOST_ECHOES,
        f"throughput.share: must be above 0 and at most {_MOST_SHARE}": 0 < throughput.share <= _MOST_SHARE,
        f"throughput.at_once: must be 1 to {_MOST_AT_ONCE}": 1 <= throughput.at_once <= _MOST_AT_ONCE,
        f"throughput.max_bytes: must be 100000 to {_MOST_BYTES}": 100_000 <= throughput.max_bytes <= _MOST_BYTES,
        "throughput.averaging: must be at least 1s": throughput.averaging >= 1,
        "throughput.default_bandwidth_bps: must be above 0": throughput.default_bandwidth_bps is None
        or throughput.default_bandwidth_bps > 0,
    }
    short = [name for name, seconds in agents.probe_intervals.items() if seconds < _LEAST_PROBE_SECONDS]
    found = [f"agents.{message}" for message, fine in checks.items() if not fine]
    return found + [f"agents.probe_intervals.{name}: must be at least {_LEAST_PROBE_SECONDS:g}s" for name in short]
