"""What goes over a school's lines to the outside: now, and the 95th percentile while there is instruction.

Samples are means of five minutes, as circuits are measured; only polls made during instruction count. The newest 2,000
are kept, about a month of school days, in 16 kB a school. They live as long as the process.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from homeroom_collector.fleet.traffic import Load
from homeroom_collector.snmp.bandwidth import percentile_95

SAMPLE_SECONDS = 300.0
MOST_SAMPLES = 2_000
FEWEST_SAMPLES = 12
"""An hour of instruction: before that a percentile says nothing."""
_FRESH_SECONDS = 900.0


class Rate(NamedTuple):
    """Bits per second in both directions, of the ports of one device or of a school."""

    receive_bps: float
    transmit_bps: float


class SchoolWan:
    """Traffic of one school's outside ports. ``needed_bps`` is what its students need, None where nobody knows.

    ``percentile`` is None until there was an hour of instruction with known traffic.
    """

    __slots__ = ("_current", "_receive", "_started_at", "_sums", "_transmit", "needed_bps", "percentile")

    def __init__(self) -> None:
        self.needed_bps: float | None = None
        self.percentile: Rate | None = None
        self._current: dict[str, tuple[float, Rate | None]] = {}
        self._sums = (0, 0.0, 0.0)
        self._started_at = 0.0
        self._receive, self._transmit = array("f"), array("f")

    def take(self, device_id: str, loads: Iterable[Load], at: float, *, in_session: bool) -> None:
        """Take what went over a device's outside ports, read at ``at``; ports that count nothing are passed over."""
        counted = [load for load in loads if load.counted]
        if not counted:
            self._current.pop(device_id, None)
            return
        self._current[device_id] = (at, _sum(counted))
        total = self.rate(at)
        if total is not None and in_session:
            self._sample(total, at)

    def forget(self, device_id: str) -> None:
        """Leave a device out: it does not answer, or has no outside ports any more."""
        self._current.pop(device_id, None)

    def rate(self, now: float) -> Rate | None:
        """What goes over all outside ports; None where there are none, or one of them is not known."""
        rates = [rate for at, rate in self._current.values() if at > now - _FRESH_SECONDS]
        known = [rate for rate in rates if rate is not None]
        if not known or len(known) < len(rates):
            return None
        return Rate(sum(rate.receive_bps for rate in known), sum(rate.transmit_bps for rate in known))

    def _sample(self, total: Rate, at: float) -> None:
        if at >= self._started_at + SAMPLE_SECONDS:
            self._end()
            self._started_at = at
        count, receive, transmit = self._sums
        self._sums = (count + 1, receive + total.receive_bps, transmit + total.transmit_bps)

    def _end(self) -> None:
        """End five minutes: keep their mean, and let go of the oldest."""
        count, receive, transmit = self._sums
        self._sums = (0, 0.0, 0.0)
        if not count:
            return
        for samples, total in ((self._receive, receive), (self._transmit, transmit)):
            samples.append(total / count)
            del samples[:-MOST_SAMPLES]
        if len(self._receive) >= FEWEST_SAMPLES:
            self.percentile = Rate(percentile_95(self._receive) or 0.0, percentile_95(self._transmit) or 0.0)


def _sum(loads: Iterable[Load]) -> Rate | None:
    """The sum of several ports; None where the traffic of one is not known for this interval."""
    receive = transmit = 0.0
    for load in loads:
        if load.receive_bps is None or load.transmit_bps is None:
            return None
        receive += load.receive_bps
        transmit += load.transmit_bps
    return Rate(receive, transmit)
