"""When a report was really measured, told at the moment of sending by a clock that nobody sets.

A laptop with a dead CMOS battery boots in 2010 and learns the time minutes later; a student sets the clock. Within one
boot the steady clock says how long ago a report was measured, whatever the wall clock said then.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from homeroom_agent.boots import same_boot
from homeroom_agent.report import stamp
from homeroom_agent.spool import Entry

_TOLERATED_SECONDS = 2.0


class Stamps:
    """Writes ``sent_at``, and corrects ``measured_at`` where the wall clock has leapt since, within one boot."""

    def __init__(self, boot: str, *, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._boot = boot
        self._wall = wall
        self._steady = steady

    def __call__(self, entry: Entry) -> bytes:
        """The entry's report as it is to be sent now."""
        now = self._wall()
        leap = self._leap_seconds(entry, now)
        body = _moved(entry.body, leap) if abs(leap) > _TOLERATED_SECONDS else entry.body
        return stamp(body, now)

    def _leap_seconds(self, entry: Entry, now: float) -> float:
        """How far the wall clock was moved since the report was measured."""
        if entry.moment is None or not same_boot(entry.moment.boot, self._boot):
            return 0.0
        elapsed = self._steady() - entry.moment.seconds
        return (now - elapsed) - entry.appended_at if elapsed >= 0 else 0.0


def _moved(body: bytes, seconds: float) -> bytes:
    document = json.loads(body)
    document["measured_at"] = round(document["measured_at"] + seconds, 3)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
