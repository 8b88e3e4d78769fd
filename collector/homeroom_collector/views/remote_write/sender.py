"""Sends to one endpoint: one request at a time, the oldest first, so that the samples of a series stay in order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_agent.transport import Backoff
from homeroom_collector.errors import CollectorError
from homeroom_collector.store import outbox
from homeroom_collector.store.outbox import Batch
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures
from homeroom_collector.views.remote_write.points import Point, Pointer, encoded
from homeroom_collector.views.remote_write.queue import LOOK_EVERY_SECONDS, Queue
from homeroom_collector.views.remote_write.receiver import Answer, Outcome, Receiver
from homeroom_collector.views.remote_write.settings import RemoteWriteSettings
from homeroom_collector.views.remote_write.state import StateRounds

_log = logging.getLogger(__name__)
_LINGER_SECONDS = 1.0
"""Reports that come one by one share a request."""

_MOST_REFUSALS = 64
"""Halving finds one bad sample among thousands in 26 requests; where all are bad, it is not worth more."""

_DEVICES_AT_ONCE = 100

ReadReport = Callable[[str], Report]


class LostHoldError(CollectorError):
    """Another process sends to this endpoint now."""

    permanent = False


class Sender:
    """One endpoint. Runs until cancelled; ``clock`` gives Unix seconds."""

    def __init__(
        self,
        queue: Queue,
        receiver: Receiver,
        pointer: Pointer,
        rounds: StateRounds,
        read: ReadReport,
        settings: RemoteWriteSettings,
        measures: RemoteWriteMeasures,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue, self._receiver, self._pointer, self._rounds, self._read = queue, receiver, pointer, rounds, read
        self._settings, self._measures, self._clock, self._sleep = settings, measures, clock, sleep
        self._backoff = Backoff(first_seconds=1.0, maximum_seconds=settings.longest_backoff)
        self._failures = 0
        self._state_due = 0.0
        self._endpoint = queue.endpoint
        self._sent, self._refused = (measures.samples.labels(self._endpoint, name) for name in ("sent", "refused"))

    async def run(self) -> None:
        """Send what waits and what comes."""
        while True:
            try:
                found = await self.step()
            except LostHoldError:
                found = 0
            except CollectorError as error:
                _log.warning("remote write to %s: %s", self._endpoint, error)
                found = 0
            if not found:
                await self._sleep(_LINGER_SECONDS)

    async def step(self) -> int:
        """Send the oldest of what waits, and the state if that is due; gives how many reports went."""
        if not await self._queue.held():
            return 0
        batches = await self._queue.waiting()
        if batches:
            points = await asyncio.to_thread(self._points, batches)
            for start in range(0, len(points), self._settings.samples_per_request):
                await self._deliver(points[start : start + self._settings.samples_per_request])
            await self._queue.strike_off(batches)
        await self._send_state()
        return sum(each.reports for each in batches)

    def _points(self, batches: Sequence[Batch]) -> list[Point]:
        """Samples of the reports, device by device and by time. Runs in a thread."""
        reports = [report for batch in batches for report in outbox.unpacked(batch.body)]
        reports.sort(key=lambda each: (each.school_id, each.device_id, each.measured_at))
        return [point for each in reports for point in self._points_of(each)]

    def _points_of(self, each: outbox.Leaving) -> list[Point]:
        try:
            report = self._read(each.raw)
        except ReportError as error:
            # A bound that became tighter since the report was taken.
            self._measures.unreadable.labels(self._endpoint).inc()
            _log.warning("remote write to %s: report of %s left out: %s", self._endpoint, each.device_id, error)
            return []
        return self._pointer.report(each.school_id, each.device_id, report, each.measured_at)

    async def _deliver(self, points: list[Point]) -> None:
        """Send until the receiver has every sample that it will ever take, however long that lasts."""
        parts, refusals = [points], 0
        while parts:
            part = parts.pop()
            answer = await self._ask_until_it_answers(part)
            if answer.outcome is Outcome.TAKEN:
                self._sent.inc(len(part))
                continue
            refusals += 1
            if len(part) == 1 or refusals > _MOST_REFUSALS:
                self._refused.inc(len(part))
                _log.warning("remote write to %s: %d samples refused: %s", self._endpoint, len(part), answer.detail)
            else:
                half = len(part) // 2
                parts += [part[half:], part[:half]]  # the older half goes first

    async def _ask_until_it_answers(self, points: list[Point]) -> Answer:
        """An answer that is final. Raises LostHoldError."""
        while (answer := await self._ask(points)).outcome is Outcome.LATER:
            self._failures += 1
            self._measures.retries.labels(self._endpoint).inc()
            wait = self._backoff.wait_seconds(self._failures, answer.wait_seconds)
            say = _log.warning if self._failures == 1 else _log.debug
            say("remote write to %s waits: %s; trying again in %.0f s", self._endpoint, answer.detail, wait)
            await self._pause(wait)
        if self._failures:
            _log.info("remote write to %s goes on", self._endpoint)
        self._failures = 0
        return answer

    async def _pause(self, seconds: float) -> None:
        """Wait without letting go of the queue. Raises LostHoldError."""
        while seconds > 0:
            await self._sleep(min(seconds, LOOK_EVERY_SECONDS))
            seconds -= LOOK_EVERY_SECONDS
            if not await self._queue.held():
                raise LostHoldError

    async def _ask(self, points: list[Point]) -> Answer:
        started = time.perf_counter()
        message = await asyncio.to_thread(encoded, points)
        answer = await self._receiver.send(message)
        self._measures.request_seconds.labels(self._endpoint).observe(time.perf_counter() - started)
        return answer

    async def _send_state(self) -> None:
        """Send a round of what no report holds, if one is due; what is not taken is not sent again: it is of now."""
        now, every = self._clock(), self._settings.state_every
        if not every or now < self._state_due:
            return
        self._state_due = now + every
        async for points in self._round(now):
            answer = await self._ask(points)
            if answer.outcome is Outcome.TAKEN:
                self._sent.inc(len(points))
            elif answer.outcome is Outcome.REFUSED:
                self._refused.inc(len(points))
                _log.warning("remote write to %s: a round is refused: %s", self._endpoint, answer.detail)
            else:
                self._measures.state_skipped.labels(self._endpoint).inc()
                _log.debug("remote write to %s: a round is left out: %s", self._endpoint, answer.detail)
                return

    async def _round(self, now: float) -> AsyncIterator[list[Point]]:
        """The points of a round in requests, letting others run in between."""
        gathered: list[Point] = []
        for number, points in enumerate(self._rounds.pieces(now)):
            gathered += points
            if len(gathered) >= self._settings.samples_per_request:
                yield gathered
                gathered = []
            if number % _DEVICES_AT_ONCE == 0:
                await asyncio.sleep(0)
        if gathered:
            yield gathered
