"""Where the poller's reports go on a satellite: onto its disk, numbered for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from homeroom_agent import __version__
from homeroom_agent.report import Report, Satellite, encode
from homeroom_agent.spool import Moment, Spool
from homeroom_collector.model import Device
from homeroom_collector.satellite.settings import SpoolSettings

T = TypeVar("T")
FILE_NAME = "spool.db"


def open_spool(settings: SpoolSettings, now: Callable[[], float] = time.time) -> Spool:
    """Open the spool. One process may open it twice: to append, and to send. Raises SpoolError."""
    path: Path = settings.directory / FILE_NAME
    return Spool(path, max_bytes=settings.max_bytes, max_age_seconds=settings.max_age, now=now)


class Outlet:
    """Keeps reports. A disk may take its time, so that happens in a thread, one report after the other.

    Numbers follow the clock, but never go back with it: a target that moves between a satellite and the collector goes
    on with higher numbers. ``now_moment`` is the moment by a clock that nobody sets.
    """

    def __init__(self, spool: Spool, now_moment: Callable[[], Moment]) -> None:
        self._spool, self._now_moment = spool, now_moment
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._answers: dict[str, bool] = {}

    async def register(self, device: Device) -> None:
        """Nothing to do: the collector learns of a target by its first report."""

    async def submit(self, report: Report) -> None:
        """Keep one report; returns when it is on disk. Raises SpoolError."""
        if report.network is not None and report.device_id is not None:
            self._answers[report.device_id] = report.network.reachable
        await self._keep(report)

    async def tell(self, measured_at: float, targets: Sequence[str], busy_ratio: float | None) -> None:
        """Keep a report of how this satellite fares. ``targets`` are the ids of what it polls."""
        waiting, lost = await self._in_thread(self._counts)
        facts = Satellite(
            targets=len(targets),
            answering=sum(self._answers.get(device_id, False) for device_id in targets),
            waiting_reports=waiting,
            poll_busy_ratio=None if busy_ratio is None else min(busy_ratio, 1.0),
        )
        await self._keep(
            Report(
                source="snmp",
                agent_version=__version__,
                sequence=0,
                measured_at=measured_at,
                lost_reports_total=lost,
                satellite=facts,
            )
        )

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.to_thread(self._thread.shutdown)

    async def _keep(self, report: Report) -> None:
        await self._in_thread(partial(self._append, report, self._now_moment()))

    def _append(self, report: Report, moment: Moment) -> None:
        at_least = int(report.measured_at * 1000)
        self._spool.append(lambda number: encode(replace(report, sequence=number)), moment=moment, at_least=at_least)

    def _counts(self) -> tuple[int, int]:
        return len(self._spool), self._spool.lost_total

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
