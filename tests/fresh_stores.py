"""Stores with tables and nothing in them, copied from one that was made once: making the tables costs most of a test.

How they are made is tested by itself, in ``collector/store``.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from functools import lru_cache
from pathlib import Path

from homeroom_collector.store import open_store

NAME = "homeroom.db"


def sqlite_at(folder: Path) -> str:
    """Address of a store in a folder; one that is there already is left alone."""
    file = folder / NAME
    if not file.exists():
        file.write_bytes(_empty())
    return f"sqlite:///{file}"


@lru_cache(maxsize=1)
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        make_tables(f"sqlite:///{file}")
        return file.read_bytes()


def make_tables(url: str) -> None:
    """Bring a store up to date; in a thread of its own, since the caller may be in an event loop."""
    thread = threading.Thread(target=lambda: asyncio.run(_upgrade(url)))
    thread.start()
    thread.join()


async def _upgrade(url: str) -> None:
    async with open_store(url):
        pass
