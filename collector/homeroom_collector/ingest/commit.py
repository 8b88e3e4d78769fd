"""The durable group commit: many requests, one transaction, and no answer before it is on disk.

One task writes. Whatever arrives while it waits for the disk goes into the next transaction, so the cost of a sync is
shared by more reports the busier it gets. What waits is bounded; above that, callers are told to come back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec

from homeroom_collector.errors import RefusedError, StoreUnavailableError
from homeroom_collector.http.problem import BusyError
from homeroom_collector.ingest.clock import Days, timing
from homeroom_collector.ingest.keyring import Caller
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.merge import Arrived, DeviceState, News, Sampling, needs_whole
from homeroom_collector.ingest.wire import Decoded
from homeroom_collector.store import Connection, Store, daily, history, latest, notices, tokens
from homeroom_collector.store.outbox import Leaving

T = TypeVar("T")
_log = logging.getLogger(__name__)
_BUSY_RETRY_SECONDS = 5.0


class Outcome(msgspec.Struct, frozen=True):
    """What became of a delivery: for each report, whether it was new; and whether two machines share the key."""

    new: list[bool]
    cloned: bool


class _Delivery(msgspec.Struct):
    """Reports of one device from one request."""

    caller: Caller
    arrived: list[Arrived]
    done: asyncio.Future[Outcome]


@dataclass(slots=True)
class _Task:
    """Other work that needs the right to write."""

    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


@dataclass(slots=True)
class _Batch:
    deliveries: list[_Delivery] = field(default_factory=list)
    tasks: list[_Task] = field(default_factory=list)

    def futures(self) -> list[asyncio.Future[Any]]:
        """Everyone who waits for this batch."""
        return [delivery.done for delivery in self.deliveries] + [task.done for task in self.tasks]


@dataclass(slots=True)
class _Change:
    """What a batch does to one device: for each of its reports, what is new in it."""

    state: DeviceState
    taken: list[News | None] = field(default_factory=list)

    def take(self, arrived: Sequence[Arrived], days: Days) -> None:
        """Merge reports in the order in which they came."""
        for each in arrived:
            self.taken.append(self.state.take(each, days.of(each.timing.measured_at)))


class GroupCommit:
    """The one writer of a process. ``on_news`` is called after the commit, for reports that were new.

    ``pass_on`` is given those reports inside the transaction: what it writes is there if, and only if, they are.
    """

    def __init__(
        self,
        store: Store,
        *,
        days_of: Callable[[str], Days],
        on_news: Callable[[str, News], None],
        measures: Measures,
        capacity: int,
        most_at_once: int,
        oldest_seconds: float,
        sampling: Sampling,
        pass_on: Callable[[Connection, Sequence[Leaving]], None] | None = None,
    ) -> None:
        self._store, self._days_of, self._on_news, self._pass_on = store, days_of, on_news, pass_on
        self._oldest_seconds, self._sampling = oldest_seconds, sampling
        self._measures, self._capacity, self._most_at_once = measures, capacity, most_at_once
        self._waiting = _Batch()
        self._queued = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._began: float | None = None
        self.failure: StoreUnavailableError | None = None
        measures.capacity.set(capacity)
        measures.queued.set_function(lambda: self._queued)
        measures.under_way_seconds.set_function(lambda: self.under_way_seconds)

    def submit(
        self,
        caller: Caller,
        reports: Sequence[Decoded],
        received_at: float,
        *,
        on_campus: bool | None = None,
        ordered: bool = False,
    ) -> asyncio.Future[Outcome]:
        """Queue reports of one device; the future ends after the commit and says which were new.

        Raises BusyError where too much waits already. The future raises StoreUnavailableError where the store does not
        take it, and RefusedError 401 where the device is gone.
        """
        if self._queued + len(reports) > self._capacity:
            raise BusyError(
                503, "too many reports are waiting; come back soon", retry_after_seconds=_BUSY_RETRY_SECONDS
            )
        self._queued += len(reports)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        arrived = [
            Arrived(
                each.report,
                each.raw,
                timing(each.report.measured_at, each.report.sent_at, received_at, oldest_seconds=self._oldest_seconds),
                received_at,
                on_campus,
                ordered,
                caller.writer,
            )
            for each in reports
        ]
        self._waiting.deliveries.append(_Delivery(caller, arrived, done))
        self._wake.set()
        return done

    @property
    def fullness_ratio(self) -> float:
        """Share of the queue that waits for a commit."""
        return self._queued / self._capacity

    @property
    def under_way_seconds(self) -> float:
        """How long the commit that is under way has taken until now; 0.0 where none is."""
        return 0.0 if self._began is None else time.perf_counter() - self._began

    async def perform(self, work: Callable[[Connection], T]) -> T:
        """Do other work in the next transaction; returns after its commit. Errors of ``work`` concern nobody else."""
        if len(self._waiting.tasks) >= self._capacity:
            raise BusyError(503, "too much is waiting; come back soon", retry_after_seconds=_BUSY_RETRY_SECONDS)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.tasks.append(_Task(work, done))
        self._wake.set()
        return await done

    async def prove(self) -> None:
        """Show that the store takes a commit. Raises StoreUnavailableError where it does not."""
        await self.perform(tokens.touch)

    async def run(self) -> None:
        """Write until :meth:`close`; returns when nothing waits any more."""
        while not (self._closing and not self._waiting.futures()):
            await self._wake.wait()
            self._wake.clear()
            while batch := self._next():
                await self._write(batch)

    def close(self) -> None:
        """Let :meth:`run` end after what waits now."""
        self._closing = True
        self._wake.set()

    def _next(self) -> _Batch | None:
        waiting = self._waiting
        if not waiting.deliveries and not waiting.tasks:
            return None
        batch = _Batch(waiting.deliveries[: self._most_at_once], waiting.tasks)
        self._waiting = _Batch(waiting.deliveries[self._most_at_once :])
        return batch

    async def _write(self, batch: _Batch) -> None:
        """Commit a batch and tell everyone. Where a slip of ours spoils it, each part is tried alone."""
        try:
            await self._commit(batch)
        except StoreUnavailableError as error:
            self._failed(batch, error)
        except Exception as error:
            if len(batch.futures()) > 1:
                _log.exception("a batch of %d could not be written; trying each alone", len(batch.futures()))
                for part in _parts(batch):
                    await self._write(part)
                return
            _log.exception("a request could not be written")
            _fail(batch, error)
        self._queued -= sum(len(delivery.arrived) for delivery in batch.deliveries)

    async def _commit(self, batch: _Batch) -> None:
        self._began = started = time.perf_counter()
        try:
            results, changes = await self._store.write(partial(self._work, batch))
        finally:
            self._began = None
        self.failure = None
        self._measures.commit_seconds.observe(time.perf_counter() - started)
        for task, result in zip(batch.tasks, results, strict=True):
            _settle(task.done, result)
        self._announce(batch.deliveries, changes)

    def _work(self, batch: _Batch, connection: Connection) -> tuple[list[Any], dict[int, _Change]]:
        """Everything that happens inside the transaction; on SQLite in another thread."""
        return [_attempt(connection, task) for task in batch.tasks], self._change(connection, batch.deliveries)

    def _change(self, connection: Connection, deliveries: list[_Delivery]) -> dict[int, _Change]:
        arrived: dict[int, list[Arrived]] = {}
        schools: dict[int, str] = {}
        for delivery in deliveries:
            arrived.setdefault(delivery.caller.number, []).extend(delivery.arrived)
            schools[delivery.caller.number] = delivery.caller.school_id
        if not arrived:
            return {}
        held = latest.held(connection, list(arrived))
        wanting = [each.number for each in held if needs_whole(each, arrived[each.number])]
        whole = latest.whole(connection, wanting)
        changes = {each.number: _Change(DeviceState(each, whole.get(each.number), self._sampling)) for each in held}
        for number, change in changes.items():
            change.take(arrived[number], self._days_of(schools[number]))
        changed = [change.state for change in changes.values() if any(change.taken)]
        rows = [state.row() for state in changed]
        latest.change(connection, rows)
        notices.changed(connection, [row.device_number for row in rows])
        daily.add(connection, [row for state in changed for row in state.ended_days()])
        history.add_samples(connection, [row for state in changed for row in state.full_chunks()])
        history.roll_up_again(connection, [day for state in changed for day in state.days_to_roll_up_again()])
        if self._pass_on is not None:
            self._pass_on(connection, _leaving(deliveries, changes))
        return changes

    def _announce(self, deliveries: list[_Delivery], changes: dict[int, _Change]) -> None:
        new, all_ = 0, 0
        for delivery in deliveries:
            change = changes.get(delivery.caller.number)
            if change is None:
                _settle(delivery.done, RefusedError(401, "this device is no longer registered; enrol it again"))
                continue
            taken = change.taken[: len(delivery.arrived)]
            del change.taken[: len(delivery.arrived)]
            news = [each for each in taken if each is not None]
            new, all_ = new + len(news), all_ + len(taken)
            _settle(delivery.done, Outcome([each is not None for each in taken], cloned=change.state.cloned))
            for each in news:
                self._on_news(delivery.caller.device_id, each)
        self._measures.accepted.inc(new)
        self._measures.duplicate.inc(all_ - new)
        if all_:
            self._measures.batch_reports.observe(all_)

    def _failed(self, batch: _Batch, error: StoreUnavailableError) -> None:
        if self.failure is None:
            _log.warning("%s; nothing is acknowledged until it does", error)
        self.failure = error
        self._measures.failed_commits.inc()
        _fail(batch, error)


def _leaving(deliveries: Sequence[_Delivery], changes: dict[int, _Change]) -> list[Leaving]:
    """The reports that were new, in the order in which they came."""
    taken = {number: iter(change.taken) for number, change in changes.items()}
    return [
        Leaving(delivery.caller.school_id, delivery.caller.device_id, each.timing.measured_at, each.raw)
        for delivery in deliveries
        if (news := taken.get(delivery.caller.number)) is not None
        for each in delivery.arrived
        if next(news) is not None
    ]


def _attempt(connection: Connection, task: _Task) -> Any:
    """Do one piece of work so that its failure undoes only itself."""
    try:
        with connection.begin_nested():
            return task.work(connection)
    except RefusedError as error:
        return error


def _parts(batch: _Batch) -> list[_Batch]:
    alone = [_Batch([delivery]) for delivery in batch.deliveries]
    return alone + [_Batch([], [task]) for task in batch.tasks]


def _fail(batch: _Batch, error: Exception) -> None:
    for done in batch.futures():
        _settle(done, error)


def _settle(done: asyncio.Future[Any], result: Any) -> None:
    """Give a result to who waits, unless he has left."""
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
