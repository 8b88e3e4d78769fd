"""Works the board out anew every now and then, beside everything else, and keeps the newest for those who read it.

What is read from the files is read each time, so that an edited refresh.yml counts without a restart; where a file is
wrong, the board before stays. The arithmetic runs in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.newest import BoardKeeper
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.errors import CollectorError
from homeroom_collector.model import Device
from homeroom_collector.store import Store, equity_days

_log = logging.getLogger(__name__)
_FIRST_WAIT_SECONDS = 5.0
_BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


class DecisionMeasures:
    """What the exposition says of the working out itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._at: Gauge | None = None
        self.seconds = Histogram(
            "homeroom_decisions_seconds", "Time that working them out took.", buckets=_BUCKETS, registry=registry
        )
        self.failures = Counter(
            "homeroom_decisions_failures", "Times that they could not be worked out.", registry=registry
        )

    def worked_out(self, now: float) -> None:
        """Note when. Before the first time there is no moment to tell, and 0 would be one."""
        self._at = self._at or Gauge(
            "homeroom_decisions_timestamp_seconds",
            "When standards, plan and comparisons were last worked out, Unix time.",
            registry=self._registry,
        )
        self._at.set(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """How the board is worked out. ``wan`` gives the ports that lead outside, as they are drawn now.

    ``devices`` gives the accepted devices that are held in memory anyway; None reads them from the store.
    """

    store: Store
    settings: DecisionSettings
    zone: ZoneInfo
    wan: Callable[[], Mapping[str, Iterable[str]]]
    keeper: BoardKeeper
    devices: Callable[[], Iterable[Device]] | None = None

    async def work(self, now: float) -> None:
        """Work it out, keep it, and note how even the district is today. Raises CollectorError."""
        today = datetime.fromtimestamp(now, self.zone).date()
        policies = await asyncio.to_thread(self.settings.policies)
        supported = await asyncio.to_thread(network_support, policies.refresh)
        reader = Reader(
            store=self.store, zone=self.zone, wan=dict(self.wan()), supported=supported, devices=self.devices
        )
        board = Board(district=await reader.district(today), policies=policies, today=today)
        await asyncio.to_thread(_judge, board)
        self.keeper.put(board, now)
        await self.store.write(partial(equity_days.keep, day=today, gaps=board.gaps))


def _judge(board: Board) -> None:
    """Everything that is judged only when it is asked for, so that nobody who asks waits."""
    _ = (board.verdicts, board.plan, board.standings, board.band_standings, board.gaps, board.discrepancies)
    board.readiness()


async def keep_decided(worker: Worker, measures: DecisionMeasures) -> None:
    """Work the board out again and again, the first time soon."""
    await asyncio.sleep(_FIRST_WAIT_SECONDS)
    while True:
        started = time.monotonic()
        try:
            with measures.seconds.time():
                await worker.work(time.time())
            measures.worked_out(time.time())
        except CollectorError as error:
            measures.failures.inc()
            _log.warning("standards, plan and comparisons not worked out: %s", error)
        await asyncio.sleep(max(0.0, worker.settings.every - (time.monotonic() - started)))
