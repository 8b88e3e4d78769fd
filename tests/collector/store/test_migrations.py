"""The tables that the migrations make are the tables that the program uses."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from homeroom_collector.errors import ConfigError, StoreDamagedError
from homeroom_collector.store import Connection, Store, open_store
from homeroom_collector.store.migrate import StoreTooNewError
from homeroom_collector.store.schema import metadata


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [found for found in compare_metadata(context, metadata) if not _harmless(found)]


def _harmless(found: Any) -> bool:
    """Comments are for readers of the schema, and SQLite keeps none; a month of the history is a table of its own."""
    return "comment" in str(found) or (found[0] == "remove_table" and found[1].name.startswith("daily_"))


async def test_migrations_and_tables_agree(store: Store):
    assert await store.read(_differences) == []


async def test_opening_again_changes_nothing(store: Store, store_url: str):
    async with open_store(store_url) as again:
        assert await again.read(_differences) == []


async def test_a_store_of_a_newer_homeroom_is_left_alone(store: Store, store_url: str):
    newer = sa.text("UPDATE alembic_version SET version_num = '9999'")
    await store.write(lambda connection: connection.execute(newer))
    with pytest.raises(StoreTooNewError, match="update Homeroom"):
        async with open_store(store_url):
            pass


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("homeroom.db", "not a URL"),
        ("mysql://localhost/x", "unknown kind 'mysql'"),
        ("sqlite://", "needs a file"),
        ("sqlite:////proc/nowhere/homeroom.db", "cannot be made"),
    ],
)
def test_a_store_that_cannot_be_is_said_in_words(url: str, says: str):
    with pytest.raises(ConfigError, match=says):
        Store(url)


async def test_a_file_that_is_no_database_is_damaged(tmp_path: Path):
    (tmp_path / "homeroom.db").write_bytes(b"not a database, but long enough to be looked at " * 100)
    with pytest.raises(StoreDamagedError, match=r"not a database.*homeroom restore"):
        async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}"):
            pass


async def test_what_is_committed_is_synced_to_disk(tmp_path: Path):
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        synchronous = await store.write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar())
        journal = await store.write(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar())
    assert (synchronous, journal) == (2, "wal")
