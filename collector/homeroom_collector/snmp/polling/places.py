"""How many polls may be under way: as many as are allowed, and fewer while there are too many to be done in time.

Where more is begun than this process, or the way to the devices, can look after, every poll runs out of its time and
none is ever done; so polls begin later instead. As with TCP's congestion window (RFC 5681), what runs out of time
takes a share of the places away, and what is done in time gives some back, little by little.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType

from prometheus_client import Gauge

_LEAST, _FEWER, _MORE = 32, 0.7, 4.0
_AGAIN_SECONDS = 1.0
"""What runs out of time within this is told by the same crowd."""


class Places:
    """An asynchronous context manager: inside it a poll has a place. ``most`` is how many there ever are."""

    def __init__(self, most: int, shown: Gauge | None = None) -> None:
        self._most, self._least, self._shown = most, min(_LEAST, most), shown
        self._limit, self._taken, self._fewer_at = float(most), 0, -_AGAIN_SECONDS
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._show()

    @property
    def limit(self) -> int:
        """How many there are now."""
        return int(self._limit)

    async def __aenter__(self) -> None:
        if self._taken < self.limit and not self._waiting:
            self._taken += 1
            return
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(given)
        try:
            await given
        except asyncio.CancelledError:
            if not given.cancelled():
                self._leave()  # it was given in the same moment
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        self._give()

    def _give(self) -> None:
        while self._waiting and self._taken < self.limit:
            given = self._waiting.popleft()
            if not given.done():
                self._taken += 1
                given.set_result(None)

    def ended(self, now: float, *, in_time: bool) -> None:
        """Have fewer places where a poll ran out of its time, a few more where all are done; ``now`` is monotonic."""
        if in_time:
            self._limit = min(float(self._most), self._limit + _MORE / self._limit)
        elif now - self._fewer_at >= _AGAIN_SECONDS:
            self._fewer_at = now
            self._limit = max(float(self._least), min(self._limit, self._taken) * _FEWER)
        self._show()
        self._give()

    def _show(self) -> None:
        if self._shown is not None:
            self._shown.set(self.limit)
