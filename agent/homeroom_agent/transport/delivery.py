"""From the spool to the collector: batches, in the order wanted, at the pace allowed, each report acknowledged once.

What the collector will never take is dropped and said; it never blocks what stands behind it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeroom_agent.errors import TransportError
from homeroom_agent.report.codec import stamp
from homeroom_agent.spool import Entry, Spool
from homeroom_agent.transport.collector import Transport

_log = logging.getLogger(__name__)

Stamp = Callable[[Entry], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much at once and how fast. ``reports_per_second`` None is as fast as they are taken."""

    batch_reports: int = 100
    batch_bytes: int = 400_000
    reports_per_second: float | None = None
    newest_first: bool = False


@dataclass(slots=True)
class Tally:
    """What one delivery achieved, also where it ended with an error. ``settings`` are the last that were answered."""

    sent: int = 0
    duplicates: int = 0
    refused: int = 0
    settings: dict[str, Any] = field(default_factory=dict)


def stamped_now(entry: Entry) -> bytes:
    """The report with the moment of sending, by the wall clock."""
    return stamp(entry.body, time.time())


class Delivery:
    """Drains a spool. ``wait`` sleeps and returns True where the agent is to stop; tests pass their own."""

    def __init__(
        self,
        spool: Spool,
        transport: Transport,
        *,
        pace: Pace | None = None,
        stamped: Stamp = stamped_now,
        wait: Callable[[float], bool],
    ) -> None:
        self.tally = Tally()
        self._spool = spool
        self._transport = transport
        self._pace = pace or Pace()
        self._stamped = stamped
        self._wait = wait

    def run(self) -> Tally:
        """Send until the spool is empty or ``wait`` says stop.

        Raises TransportError for whatever may be cured by waiting or by a new key; what was acknowledged until then
        has left the spool. A later call goes on where this one ended.
        """
        pause = 0.0
        while entries := self._next():
            if self._wait(pause):
                break
            self._send(entries)
            rate = self._pace.reports_per_second
            pause = len(entries) / rate if rate else 0.0
        return self.tally

    def _next(self) -> list[Entry]:
        pace = self._pace
        return self._spool.peek(pace.batch_reports, max_bytes=pace.batch_bytes, newest_first=pace.newest_first)

    def _send(self, entries: Sequence[Entry]) -> None:
        try:
            answer = self._transport.send([self._stamped(entry) for entry in entries])
        except TransportError as error:
            if not error.permanent:
                raise
            self._refused(entries, error)
            return
        for index, reason in answer.rejected.items():
            _log.warning("the collector refuses report %d: %s", entries[index].sequence, reason)
        self.tally.sent += answer.accepted
        self.tally.duplicates += answer.duplicates
        self.tally.refused += len(answer.rejected)
        self.tally.settings = answer.settings or self.tally.settings
        self._spool.ack(entry.sequence for entry in entries)

    def _refused(self, entries: Sequence[Entry], error: TransportError) -> None:
        """Halve a batch that is refused as a whole until the one report that is at fault stands alone."""
        if len(entries) > 1:
            half = len(entries) // 2
            self._send(entries[:half])
            self._send(entries[half:])
            return
        _log.warning("the collector refuses report %d: %s", entries[0].sequence, error)
        self.tally.refused += 1
        self._spool.ack([entries[0].sequence])
