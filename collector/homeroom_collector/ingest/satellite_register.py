"""Satellites in memory: who they are by their keys, when each was heard, and what they say of themselves as metrics."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector as Collecting

from homeroom_collector.errors import RefusedError
from homeroom_collector.store import Store, satellites, secrets
from homeroom_collector.store.satellites import Satellite

REFRESH_SECONDS = 10.0


class SatelliteRegister(Collecting):
    """All satellites, as the store and this process know them. Replicas hear of each other through the store."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        self._known: dict[int, Satellite] = {}
        registry.register(self)

    async def refresh(self) -> None:
        """Read the register; keep when this process heard of one, if that is later. Raises StoreUnavailableError."""
        found = await self._store.read(satellites.listed)
        before, self._known = self._known, {}
        for each in found:
            heard = before[each.number].contact_at if each.number in before else None
            self._known[each.number] = dataclasses.replace(each, contact_at=_later(each.contact_at, heard))

    def heard(self, satellite: Satellite, at: float) -> None:
        """Note that a satellite was heard just now."""
        known = self._known.get(satellite.number, satellite)
        self._known[satellite.number] = dataclasses.replace(known, contact_at=_later(known.contact_at, at))

    async def caller(self, authorization: str | None) -> Satellite:
        """Whose key a request carries. Raises RefusedError 401."""
        scheme, _, text = (authorization or "").partition(" ")
        parts = secrets.split(text.strip()) if scheme.lower() == "bearer" else None
        if parts is not None:
            found = self._with(parts)
            if found is None:
                await self.refresh()  # it may have enrolled a moment ago, perhaps with another replica
                found = self._with(parts)
            if found is not None:
                return found
        raise RefusedError(401, "this satellite's key is not known; give it a token of: homeroom satellite add")

    def _with(self, parts: tuple[str, str]) -> Satellite | None:
        for each in self._known.values():
            if each.key_id == parts[0] and each.key_sha256 is not None and secrets.matches(parts[1], each.key_sha256):
                return each
        return None

    def heard_at(self) -> dict[str, float]:
        """When each satellite was last heard, by name; one that was never heard since it enrolled counts from then."""
        found = {each.name: _later(each.contact_at, each.enrolled_at) for each in self._known.values()}
        return {name: at for name, at in found.items() if at is not None}

    def collect(self) -> Iterator[Metric]:
        """The metrics of satellites; a value that is not known is absent."""
        for family, read in _FAMILIES:
            metric = family()
            for each in sorted(self._known.values(), key=lambda each: each.name):
                value = getattr(each, read)
                if value is not None:
                    metric.add_metric([each.name, each.school_id], value)
            yield metric


def _later(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _gauge(name: str, text: str) -> Callable[[], GaugeMetricFamily]:
    return lambda: GaugeMetricFamily(f"homeroom_satellite_{name}", text, labels=["satellite", "school"])


def _counter(name: str, text: str) -> Callable[[], CounterMetricFamily]:
    return lambda: CounterMetricFamily(f"homeroom_satellite_{name}", text, labels=["satellite", "school"])


_FAMILIES: tuple[tuple[Callable[[], GaugeMetricFamily | CounterMetricFamily], str], ...] = (
    (_gauge("last_contact_timestamp_seconds", "When the satellite was last heard, Unix time."), "contact_at"),
    (_gauge("last_report_timestamp_seconds", "When it last told how it fares, Unix time."), "measured_at"),
    (_gauge("waiting_reports", "Reports that waited on its disk then."), "waiting_reports"),
    (_counter("lost_reports", "Reports that its disk had no room or no time for."), "lost_reports"),
    (_gauge("targets", "Network devices that it polls."), "targets"),
    (_gauge("targets_answering", "Of those, how many answered."), "answering"),
    (_gauge("poll_busy_ratio", "Share of one processor core that its polling uses."), "poll_busy_ratio"),
)
