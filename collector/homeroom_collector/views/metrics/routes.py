"""``GET /metrics`` and ``GET /metrics?school=ID``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.access import OPERATORS, Role, monitoring, requires
from homeroom_collector.decisions.newest import Newest
from homeroom_collector.fleet import Fleet, SchoolState
from homeroom_collector.views.metrics import body, decided, document
from homeroom_collector.views.metrics.decided import Shown
from homeroom_collector.views.metrics.formats import Format, accepts_gzip, choose
from homeroom_collector.views.metrics.own import OwnMetrics
from homeroom_collector.views.metrics.settings import MetricsSettings


def routes(
    fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings, newest: Newest = lambda: None
) -> list[web.RouteDef]:
    """Routes of the exposition. ``registry`` holds the process's own metrics and ends the whole scrape.

    ``newest`` gives the newest board of the decisions.
    """
    needed = monitoring(Role.SCRAPER, *OPERATORS)
    return requires(needed, web.get("/metrics", Metrics(fleet, registry, settings, newest).get))


class Metrics:
    """The exposition of one fleet."""

    def __init__(
        self, fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings, newest: Newest = lambda: None
    ) -> None:
        self._fleet = fleet
        self._newest = newest
        self._decided: tuple[int, Shown] = (0, ())
        self._registry = registry
        self._settings = settings
        self._keeper = body.Keeper()
        self._own = OwnMetrics(registry)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer a scrape in the format and coding that the client likes."""
        school_id = request.query.get("school")
        form = choose(", ".join(request.headers.getall("Accept", [])))
        gzip = accepts_gzip(", ".join(request.headers.getall("Accept-Encoding", [])))
        await self._look_for_decisions()
        scope = self._scope(school_id)
        response = web.StreamResponse(headers={"Content-Type": form.content_type, "Vary": "Accept, Accept-Encoding"})
        if gzip:
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        if request.method != "HEAD":
            with self._own.scrape_seconds.labels("all" if school_id is None else "school").time():
                async for chunk in self._gzipped(form, scope) if gzip else self._plain(form, scope):
                    await response.write(chunk)
        await response.write_eof()
        return response

    async def _look_for_decisions(self) -> None:
        """Prepare the samples of a new board, once for all scrapes until the next one."""
        newest = self._newest()
        if newest is not None and newest.number != self._decided[0]:
            self._decided = (newest.number, await asyncio.to_thread(decided.shown, newest.board))

    def _scope(self, school_id: str | None) -> _Scope:
        number, found = self._decided
        if school_id is None:
            return _Scope(None, tuple(self._fleet.schools), self._per_device(len(self._fleet)), number, found)
        state = self._fleet.school(school_id)
        if state is None:
            raise web.HTTPNotFound(text=f"There is no school {school_id!r}; /sd/schools lists them.\n")
        mine = decided.of_school(found, school_id)
        return _Scope(school_id, (state,), self._settings.per_device != "never", number, mine)

    def _per_device(self, devices: int) -> bool:
        if self._settings.per_device == "auto":
            return devices <= self._settings.per_device_limit
        return self._settings.per_device == "always"

    def _end(self, form: Format, scope: _Scope, tally: document.Tally | None) -> bytes:
        """What follows the fleet: the process's own metrics after a whole scrape, and the end of the document."""
        if scope.school_id is not None:
            return form.process(CollectorRegistry())
        if tally is not None:
            self._own.series.set(tally.series)
        return form.process(self._registry)

    async def _plain(self, form: Format, scope: _Scope) -> AsyncIterator[bytes]:
        tally = document.Tally()
        async for packet in body.plain(scope.pieces(form, tally)):
            yield packet
        yield self._end(form, scope, tally)

    async def _gzipped(self, form: Format, scope: _Scope) -> AsyncIterator[bytes]:
        key, version, tally = (form.name, scope.school_id, scope.number), self._fleet.version, None
        kept = self._keeper.get(key, version)
        if kept is None:
            sent, checked, tally = [], body.Checked(), document.Tally()
            async for chunk, checked in body.compressed(scope.pieces(form, tally)):  # noqa: B007 - the last is kept
                sent.append(chunk)
                yield chunk
            kept = body.Kept(version, b"".join(sent), checked)
            if self._fleet.version == version:
                self._keeper.put(key, kept)
        else:
            yield kept.compressed
        yield body.last(self._end(form, scope, tally), kept.checked)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What one scrape covers; ``school_id`` None is the whole district. ``number`` is the board's."""

    school_id: str | None
    schools: tuple[SchoolState, ...]
    per_device: bool
    number: int
    decided: Shown

    def pieces(self, form: Format, tally: document.Tally) -> Iterator[bytes]:
        return document.pieces(form, self.schools, per_device=self.per_device, tally=tally, decided=self.decided)
