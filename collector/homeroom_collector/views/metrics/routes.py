"""``GET /metrics`` and ``GET /metrics?school=ID``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.fleet import Fleet
from homeroom_collector.views.metrics import body, document
from homeroom_collector.views.metrics.formats import Format, accepts_gzip, choose


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """What a scrape shows.

    ``per_device``: series of single devices ``always``, ``never``, or (``auto``) while there are at most
    ``per_device_limit`` devices. A scrape of one school always has them unless ``never``.
    """

    per_device: Literal["auto", "always", "never"] = "auto"
    per_device_limit: int = 20_000


def routes(fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings) -> list[web.RouteDef]:
    """Routes of the exposition. ``registry`` holds the process's own metrics and ends the whole scrape."""
    return [web.get("/metrics", Metrics(fleet, registry, settings).get)]


class Metrics:
    """The exposition of one fleet."""

    def __init__(self, fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings) -> None:
        self._fleet = fleet
        self._registry = registry
        self._settings = settings
        self._keeper = body.Keeper()

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer a scrape in the format and coding that the client likes."""
        school_id = request.query.get("school")
        form = choose(", ".join(request.headers.getall("Accept", [])))
        gzip = accepts_gzip(", ".join(request.headers.getall("Accept-Encoding", [])))
        parts, end = self._parts(form, school_id), form.process(self._registry_for(school_id))
        response = web.StreamResponse(headers={"Content-Type": form.content_type, "Vary": "Accept, Accept-Encoding"})
        if gzip:
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        if request.method != "HEAD":
            chunks = self._gzipped((form.name, school_id), parts, end) if gzip else _plain(parts, end)
            async for chunk in chunks:
                await response.write(chunk)
        await response.write_eof()
        return response

    def _parts(self, form: Format, school_id: str | None) -> Iterable[bytes]:
        if school_id is None:
            per_device = self._per_device(len(self._fleet))
            return document.pieces(form, tuple(self._fleet.schools), per_device=per_device)
        state = self._fleet.school(school_id)
        if state is None:
            raise web.HTTPNotFound(text=f"There is no school {school_id!r}; /sd/schools lists them.\n")
        return document.pieces(form, (state,), per_device=self._settings.per_device != "never")

    def _per_device(self, devices: int) -> bool:
        if self._settings.per_device == "auto":
            return devices <= self._settings.per_device_limit
        return self._settings.per_device == "always"

    def _registry_for(self, school_id: str | None) -> CollectorRegistry:
        return self._registry if school_id is None else CollectorRegistry()

    async def _gzipped(self, key: object, parts: Iterable[bytes], end: bytes) -> AsyncIterator[bytes]:
        version = self._fleet.version
        kept = self._keeper.get(key, version)
        if kept is None:
            sent, checked = [], body.Checked()
            async for chunk, checked in body.compressed(parts):  # noqa: B007 - the last one is used below
                sent.append(chunk)
                yield chunk
            kept = body.Kept(version, b"".join(sent), checked)
            if self._fleet.version == version:
                self._keeper.put(key, kept)
        else:
            yield kept.compressed
        yield body.last(end, kept.checked)


async def _plain(parts: Iterable[bytes], end: bytes) -> AsyncIterator[bytes]:
    async for packet in body.plain(parts):
        yield packet
    yield end
