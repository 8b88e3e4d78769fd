"""What PostgreSQL's own programs need from us for a backup and a restore: one moment, counts, and who else is here."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from homeroom_collector.store import engine as engines
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.failures import translated
from homeroom_collector.store.schema import metadata

_VERSION = "alembic_version"


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a store. ``rows`` counts each table; ``snapshot`` lets other connections see the same moment.

    ``revision`` None: there are no tables of Homeroom. ``others`` are connections of Homeroom beside this one.
    """

    snapshot: str
    revision: str | None
    rows: dict[str, int]
    others: int


@dataclass(frozen=True, slots=True)
class Libpq:
    """How PostgreSQL's programs reach the store: a URL that shows no password, and the environment that has it."""

    url: str
    environment: dict[str, str]


def libpq(url: str) -> Libpq:
    """Tell PostgreSQL's programs what asyncpg is told."""
    parsed = engines.parse_url(url)
    environment = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    query = {"sslmode" if name == "ssl" else name: value for name, value in parsed.query.items()}
    bare = sa.URL.create("postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database, query)
    return Libpq(bare.render_as_string(hide_password=False), environment)


@asynccontextmanager
async def moment(url: str) -> AsyncIterator[Moment]:
    """Hold one moment of the store for as long as the block lasts. Raises StoreUnavailableError."""
    async with _connected(url) as connection:
        with translated():
            connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            found = await connection.run_sync(_moment)
        yield found


async def drop_statements(url: str) -> list[str]:
    """SQL that takes away every table of Homeroom, and nothing else."""
    async with _connected(url) as connection:
        with translated():
            return [f'DROP TABLE "{name}" CASCADE' for name in await connection.run_sync(_ours)]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection on which a command may take its time: counting a long history does."""
    engine = engines.postgresql(engines.parse_url(url), f"homeroom-{uuid.uuid4().hex[:12]}", patient=True)
    try:
        with translated():
            connection = await engine.connect()
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await engine.dispose()


def _moment(connection: Connection) -> Moment:
    snapshot = str(connection.scalar(sa.text("SELECT pg_export_snapshot()")))
    tables = _ours(connection)
    revision = connection.scalar(sa.text(f"SELECT version_num FROM {_VERSION}")) if _VERSION in tables else None  # noqa: S608 - a constant
    counted = {name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in tables}
    rows = {name: int(connection.scalar(query) or 0) for name, query in counted.items()}
    return Moment(snapshot, revision, rows, _others(connection))


def _ours(connection: Connection) -> list[str]:
    """Tables of Homeroom that are there; months of the history belong to their table."""
    there = set(sa.inspect(connection).get_table_names())
    return sorted(there & {*metadata.tables, _VERSION})


def _others(connection: Connection) -> int:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'homeroom-%' AND pid <> pg_backend_pid()"
    )
    return int(connection.scalar(sa.text(query)) or 0)
