"""Reading the history back, for pages, charts and the API."""

from __future__ import annotations

from typing import Any

from homeroom_collector.history.chunk import unpacked
from homeroom_collector.history.day import Day
from homeroom_collector.history.sample import Sample
from homeroom_collector.store import Connection, Store, daily, history


class HistoryReader:
    """What was, of one device at a time. Every method gives nothing for a device that does not exist."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def days(self, device_id: str, since_day: int) -> list[Day]:
        """Days since one such as 20261122, in order, the one under way included."""

        def work(connection: Connection) -> list[Day]:
            number = history.number_of(connection, device_id)
            return [] if number is None else daily.of(connection, number, since_day)

        return await self._store.read(work)

    async def ports(self, device_id: str, since_day: int) -> list[dict[str, Any]]:
        """Days of the ports of network gear, rows of ``daily_interfaces`` by day and name. Yesterday comes at night."""

        def work(connection: Connection) -> list[dict[str, Any]]:
            number = history.number_of(connection, device_id)
            return [] if number is None else history.port_days(connection, number, since_day)

        return await self._store.read(work)

    async def samples(self, device_id: str, since: float, until: float) -> list[Sample]:
        """Samples of single reports between two moments, by the time they were measured."""

        def work(connection: Connection) -> history.Chunks | None:
            number = history.number_of(connection, device_id)
            return None if number is None else history.chunks(connection, number, since, until)

        chunks = await self._store.read(work)
        found = unpacked(chunks.bodies, chunks.recent) if chunks else []
        return [sample for sample in found if since <= sample.at < until]
