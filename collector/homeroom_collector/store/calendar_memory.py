"""What the calendars need from the store: closures, and copies of feeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from homeroom_collector.store import closures, feeds
from homeroom_collector.store.store import Store


class CalendarMemory:
    """Calendar facts that outlive a restart and are shared by all replicas."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def feed(self, source: str) -> bytes | None:
        """The last good copy of a feed."""
        return await self._store.read(lambda connection: feeds.find(connection, source))

    async def keep_feed(self, source: str, body: bytes, read_at: float) -> None:
        """Keep a good copy."""
        await self._store.write(lambda connection: feeds.keep(connection, source, body, read_at))

    async def closures(self) -> Mapping[str, frozenset[date]]:
        """Days called off, by school; those of every school under the empty name."""
        listed = await self._store.read(closures.listed)
        return {
            school_id: frozenset(closure.day for closure in listed if closure.school_id == school_id)
            for school_id in {closure.school_id for closure in listed}
        }
