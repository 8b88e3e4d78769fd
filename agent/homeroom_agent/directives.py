"""What the collector asks of the agent in each answer, held within the local limits.

A collector may know settings that this agent does not: those are passed over. A value of the wrong kind is passed over
and said in the log. Nothing here makes an agent measure what it does not measure already.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom_agent.config import Schedule

_log = logging.getLogger(__name__)

_PROBE_SECONDS = (60.0, 30 * 86400.0)
_RATE = (0.01, 1000.0)
_ECHOES = 5
_SLOT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Leave to measure throughput once: not before ``not_before`` (Unix seconds), at most ``max_bytes`` each way."""

    slot_id: str
    not_before: float
    not_after: float
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Directives:
    """Settings in force. ``reports_per_second`` None is as fast as they are taken."""

    interval_seconds: float
    jitter_ratio: float
    probe_intervals: Mapping[str, float] = field(default_factory=dict)
    reports_per_second: float | None = None
    newest_first: bool = False
    echoes: int = 3
    slot: Slot | None = None

    def until_next_seconds(self, dice: Callable[[], float] = random.random) -> float:
        """Time to the next report, longer or shorter by the jitter; ``dice`` gives 0 to 1."""
        return self.interval_seconds * (1 + self.jitter_ratio * (2 * dice() - 1))


def in_force(answered: Mapping[str, Any], local: Schedule) -> Directives:
    """The collector's settings within the limits of the configuration; what it does not say is the configuration's."""
    interval = _number(answered, "interval_seconds", (local.interval_minimum, local.interval_maximum))
    jitter = _number(answered, "jitter_ratio", (0.0, 1.0))
    probes = answered.get("probe_intervals_seconds", {})
    named = probes if isinstance(probes, Mapping) else {}
    intervals = {name: _number(named, name, _PROBE_SECONDS) for name in named}
    echoes = _number(answered, "echoes", (0, _ECHOES))
    return Directives(
        interval_seconds=local.interval if interval is None else interval,
        jitter_ratio=local.jitter_ratio if jitter is None else jitter,
        probe_intervals={name: seconds for name, seconds in intervals.items() if seconds is not None},
        reports_per_second=_number(answered, "reports_per_second", _RATE),
        newest_first=answered.get("newest_first") is True,
        echoes=3 if echoes is None else int(echoes),
        slot=_slot(answered.get("throughput_slot")),
    )


def _number(answered: Mapping[str, Any], name: str, bounds: tuple[float, float]) -> float | None:
    value = answered.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _log.warning("the collector's setting %s is not a number; it is passed over", name)
        return None
    return min(max(float(value), bounds[0]), bounds[1])


def _slot(value: Any) -> Slot | None:
    if not isinstance(value, Mapping):
        return None
    limits = (0.0, 1e11)
    start, end = _number(value, "not_before", limits), _number(value, "not_after", limits)
    size = _number(value, "max_bytes", (0, _SLOT_BYTES))
    if start is None or end is None or not size or not isinstance(value.get("slot_id"), str):
        return None
    return Slot(slot_id=value["slot_id"][:64], not_before=start, not_after=end, max_bytes=int(size))
