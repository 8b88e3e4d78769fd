"""Stores of both kinds: a file of the test's own, and a database of the test's own on a real server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from homeroom_collector.store import Store, open_store
from postgres import Server, find, server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    if not find("initdb"):
        pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
    with server() as running:
        yield running


@pytest.fixture
def postgresql_url(postgresql: Server) -> str:
    return asyncio.run(_database(postgresql))


async def _database(running: Server) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(running.url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return running.url.removesuffix("postgres") + name


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store's address, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'homeroom.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as opened:
        yield opened
