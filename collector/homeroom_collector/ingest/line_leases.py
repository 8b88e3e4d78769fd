"""Leases of the schools' lines, so that replicas together never put more on a line than one alone may.

Only who holds a line's lease gives leave to measure there, and only for what is over before the lease ends. A report
that reaches another replica brings no leave; the next one may reach the holder. A line that comes from another begins
with an empty bucket. One process without replicas (SQLite) holds every line.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial

from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.store import line_leases

EVERY_SECONDS = 15.0
LEASE_SECONDS = 600.0
_RENEW_BEFORE_SECONDS = 300.0
_log = logging.getLogger(__name__)


class LineLeases:
    """The leases of one process. ``on_taken`` hears of a line that was another's, or nobody's, until now.

    Leases are dated by the wall clock, as replicas share no other; here they are counted by one that nobody sets.
    """

    def __init__(
        self,
        commit: GroupCommit,
        on_taken: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commit, self._on_taken, self._clock, self._steady = commit, on_taken, clock, steady
        self._owner = secrets.token_hex(8)
        self._ends: dict[str, float] = {}
        self._wanted: set[str] = set()

    def hold(self, school_id: str, seconds: float, /) -> bool:
        """Whether leave for so long may be given now; a line that is not held is asked for at the next look."""
        left = self._ends.get(school_id, 0.0) - self._steady()
        if left < _RENEW_BEFORE_SECONDS:
            self._wanted.add(school_id)
        return seconds <= left

    async def run(self) -> None:
        """Take and prolong until cancelled. Leases of a process that stops run out: what it let begin may go on."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Ask for what was wanted since the last look."""
        wanted, self._wanted = self._wanted, set()
        if not wanted:
            return
        now, steady = self._clock(), self._steady()
        claim = partial(line_leases.claim, owner=self._owner, school_ids=wanted, now=now, until=now + LEASE_SECONDS)
        try:
            held = await self._commit.perform(claim)
        except CollectorError as error:
            self._wanted |= wanted
            _log.warning("leases of lines not taken: %s", error)
            return
        for school_id in held:
            if self._ends.get(school_id, 0.0) <= steady:
                self._on_taken(school_id)
            self._ends[school_id] = steady + LEASE_SECONDS
