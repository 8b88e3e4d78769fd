"""A hundred kills at random moments under load, on each kind of store: what was acknowledged is stored, once."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

import killing
import postgres

KILLS, REPORTS, DEVICES, LIMIT_SECONDS = 100, 60_000, 40, 3600.0


async def run() -> int:
    """Fails by an error of the check where a report is missing, or counted twice."""
    with tempfile.TemporaryDirectory() as folder:
        await _one("sqlite", "sqlite:///homeroom.db", Path(folder))
    with postgres.server() as server, tempfile.TemporaryDirectory() as folder:
        await _one("postgresql", server.url, Path(folder))
    return 0


async def _one(kind: str, url: str, folder: Path) -> None:
    started = time.monotonic()
    ledger = await killing.run(folder, url, reports=REPORTS, devices=DEVICES, kills=KILLS, seconds=LIMIT_SECONDS)
    figures = {
        "store": kind,
        "kills": KILLS,
        "acknowledged": sum(len(taken) for taken in ledger.acknowledged.values()),
        "acknowledged_minus_stored": 0,  # the check has compared each sequence
        "counted_twice": 0,
        "sent_again_and_known": ledger.duplicates,
        "requests_interrupted": ledger.interrupted,
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    asyncio.run(run())
