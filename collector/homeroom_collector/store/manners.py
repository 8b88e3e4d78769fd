"""What polling has found out about network gear: the credentials that work, and how much it takes at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import sqlalchemy as sa

from homeroom_collector.snmp.polling.manners import Manner
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_gear import gear_manners
from homeroom_collector.store.store import Store
from homeroom_collector.store.upsert import upsert


class MannerStore:
    """Manners that outlive a restart and are shared by all replicas."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recall(self) -> Mapping[str, Manner]:
        """Everything that is kept, by device id."""
        return await self._store.read(_kept)

    async def keep(self, manners: Mapping[str, Manner]) -> None:
        """Keep these, in place of what was kept of the same devices."""
        await self._store.write(lambda connection: _keep(connection, manners))


def _kept(connection: Connection) -> dict[str, Manner]:
    rows = connection.execute(sa.select(gear_manners)).mappings()
    return {row["device_id"]: Manner(**{name: row[name] for name in row if name != "device_id"}) for row in rows}


def _keep(connection: Connection, manners: Mapping[str, Manner]) -> None:
    rows = [{"device_id": device_id, **dataclasses.asdict(manner)} for device_id, manner in manners.items()]
    if rows:
        newest = {
            "way": lambda new, _old: new.way,
            "max_repetitions": lambda new, _old: new.max_repetitions,
            "max_bindings": lambda new, _old: new.max_bindings,
            "engine_id": lambda new, _old: new.engine_id,
        }
        connection.execute(upsert(connection, gear_manners, ["device_id"], newest), rows)
