"""Stores of both kinds: a file of the test's own, and a database of the test's own on a real server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from fresh_stores import NAME, make_tables, sqlite_at
from homeroom_collector.store import Store, open_store
from postgres import Server, find, server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    if not find("initdb"):
        pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Server) -> str:
    """Name of a database that has the tables."""
    url = asyncio.run(_database(postgresql))
    make_tables(url)
    return url.rpartition("/")[2]


@pytest.fixture
def postgresql_url(postgresql: Server, postgresql_template: str) -> str:
    return asyncio.run(_database(postgresql, like=postgresql_template))


async def _database(running: Server, like: str = "template1") -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(running.url)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    finally:
        await connection.close()
    return running.url.removesuffix("postgres") + name


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store's address, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_at(tmp_path)
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def tableless_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a store in which nobody has made tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / NAME}"
    return asyncio.run(_database(request.getfixturevalue("postgresql")))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as opened:
        yield opened
