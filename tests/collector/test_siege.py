"""Under siege by trickling connections, bombs and JSON made to hurt, honest devices are served."""

from __future__ import annotations

from pathlib import Path

from collector.collecting import collecting, settings_at
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.http.settings import ConnectionSettings
from siege import WEAPONS, besiege

# The full size, 2,000 connections and a bound on the time of the slowest in a hundred: make soak.


async def test_honest_devices_are_served_under_siege(tmp_path: Path):
    listen = Listen(connections=ConnectionSettings(most=100, head=2.0, body=2.0))
    async with collecting(settings_at(tmp_path, listen=listen, limits=LimitSettings())) as running:
        honest = [await running.key() for _ in range(3)]
        siege = await besiege(running.http, running.url, await running.key(), honest, connections=200, reports=5)
        assert siege.statuses == {200: 15}
        assert siege.reconnected > 0, "those that trickled were cut off"
        assert set(siege.weapons) == set(WEAPONS)
        assert not {status for counts in siege.weapons.values() for status in counts} - {400, 413, 422}
