"""The passing of time: silence alone changes presence and ages series, so somebody has to look at the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from homeroom_collector.fleet.fleet import Fleet

_log = logging.getLogger(__name__)
PRESENCE_EVERY_SECONDS = 15.0


async def keep_current(fleet: Fleet, clock: Callable[[], float], every_seconds: float = PRESENCE_EVERY_SECONDS) -> None:
    """Refresh the fleet until cancelled, one school at a time, so that ingest never waits for more than one school."""
    while True:
        now = clock()
        for school_id in [state.school.school_id for state in fleet.schools]:
            try:
                fleet.refresh_school(school_id, now)
            except Exception:
                _log.exception("school %r cannot be brought up to date", school_id)
            await asyncio.sleep(0)
        await asyncio.sleep(every_seconds)
