"""A clock that nobody sets, so that a satellite whose wall clock was wrong still says truly when it measured."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from homeroom_agent.report import stamp
from homeroom_agent.spool import Entry, Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TOLERATED_SECONDS = 2.0


def boot() -> str:
    """What is the same until the machine starts again; where the system does not say, until this process ends."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return uuid.uuid4().hex


def steady_seconds() -> float:
    """Seconds that only go forward."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()


@dataclass(frozen=True, slots=True)
class Moments:
    """Both clocks of one boot."""

    boot: str = field(default_factory=boot)
    steady: Callable[[], float] = steady_seconds
    wall: Callable[[], float] = time.time

    def now(self) -> Moment:
        """This moment."""
        return Moment(self.boot, self.steady())

    def stamped(self, entry: Entry) -> bytes:
        """A report as it is to be sent now: where the wall clock was set since it was measured, its time moves along.

        A small computer without a clock battery starts in the past and learns the time minutes later.
        """
        now = self.wall()
        body = entry.body
        if entry.moment is not None and entry.moment.boot == self.boot:
            leap = now - (self.steady() - entry.moment.seconds) - entry.appended_at
            if abs(leap) > _TOLERATED_SECONDS:
                body = _moved(body, leap)
        return stamp(body, now)


def _moved(body: bytes, seconds: float) -> bytes:
    document = json.loads(body)
    document["measured_at"] = round(max(0.0, document["measured_at"] + seconds), 3)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
