"""What every page shares: whom it is for, what it is made from, and that it is made beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from homeroom_collector.access import Admitted, admitted
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.newest import Newest
from homeroom_collector.errors import RefusedError
from homeroom_collector.fleet import Fleet, Member, SchoolState
from homeroom_collector.store import Store
from homeroom_collector.views.pages.environment import render

Waiting = Callable[[], Mapping[tuple[str, str], int]]
GONE = "there is no such page, or it is not yours to see"


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts that pages are made from. ``zone`` is the district's, for what belongs to no school.

    ``newest`` gives what was judged last, ``waiting`` how many devices are not accepted, by school and standing.
    """

    fleet: Fleet
    store: Store
    clock: Callable[[], float]
    zone: ZoneInfo
    newest: Newest
    waiting: Waiting

    def board(self) -> Board | None:
        """What was judged last, None before the first judgement."""
        decided = self.newest()
        return decided.board if decided else None

    async def show(
        self, request: web.Request, template: str, section: str, make: Callable[[float], dict[str, Any]]
    ) -> web.Response:
        """Answer with a page. ``make`` runs in a thread and is given the time: a large page must not hold up ingest."""
        now, reader = self.clock(), admitted(request)

        def work() -> str:
            shared = {"reader": reader, "section": section, "now": datetime.fromtimestamp(now, self.zone)}
            return render(template, **shared, **make(now))

        return web.Response(text=await asyncio.to_thread(work), content_type="text/html")

    def states(self, reader: Admitted) -> tuple[SchoolState, ...]:
        """The schools that a reader may see."""
        return tuple(state for state in tuple(self.fleet.schools) if reader.sees(state.school.school_id))

    def school(self, reader: Admitted, school_id: str) -> SchoolState:
        """One school. Raises RefusedError 404, also for one that is not to be seen."""
        state = self.fleet.school(school_id)
        if state is None or not reader.sees(school_id):
            raise RefusedError(404, GONE)
        return state

    def member(self, reader: Admitted, device_id: str) -> tuple[SchoolState, Member]:
        """One device with its school. Raises RefusedError 404, also for one that is not to be seen."""
        member = self.fleet.member(device_id)
        state = self.fleet.school(member.device.school_id) if member else None
        if member is None or state is None or not reader.sees(member.device.school_id):
            raise RefusedError(404, GONE)
        return state, member
