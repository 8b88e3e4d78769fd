"""Stores of every version there was, with rows in every table, come to the newest tables with all of them."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from homeroom_agent.report.envelope import VERSION
from homeroom_collector.store import Connection, Store
from homeroom_collector.store.migrate import _config, knows, newest, revision_of

GOLDEN = Path(__file__).parents[2] / "data" / "reports"
_VALUES: dict[type[Any], Any] = {
    sa.Boolean: False, sa.Date: date(2026, 8, 17), sa.LargeBinary: b"x", sa.Float: 1.0, sa.Numeric: 1, sa.Integer: 1,
    sa.Text: "x", sa.String: "x",
}  # fmt: skip


def test_the_chain_of_versions_has_one_beginning_and_one_end():
    scripts = ScriptDirectory.from_config(_config(None))
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert len(revisions()) == len(list(scripts.walk_revisions()))
    assert newest() == scripts.get_current_head() == revisions()[-1]
    assert all(knows(revision) for revision in revisions())
    assert not knows("9999")


async def test_rows_of_every_version_survive_all_that_follow(tableless_url: str):
    store, written = Store(tableless_url), dict[str, dict[str, Any]]()
    try:
        assert not await store.read(lambda connection: sa.inspect(connection).get_table_names())
        for revision in revisions():
            await store.write(partial(_upgrade, revision=revision))
            written |= await store.write(partial(_fill, already=frozenset(written)))
        assert await store.read(revision_of) == newest()
        found = await store.read(partial(_rows, tables=written))
        for name, row in written.items():
            (kept,) = found[name]
            assert {column: value for column, value in row.items() if column in kept and kept[column] != value} == {}, (
                name
            )
        assert {"devices", "latest", "daily", "assets", "problems", "tickets", "forgotten"} <= set(written)
    finally:
        await store.close()


def test_reports_of_every_version_of_the_wire_format_are_kept_to_test_with():
    versions = {json.loads(file.read_text())["version"] for file in GOLDEN.glob("*.json")}
    assert versions == set(range(1, VERSION + 1)), "tests/collector/ingest/test_wire.py takes each of them in"


def revisions() -> list[str]:
    """Every version, the first one first."""
    scripts = ScriptDirectory.from_config(_config(None))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(_config(connection), revision)


def _tables(connection: Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection)
    own = ("alembic_version",)
    return [table for table in found.sorted_tables if table.name not in own and not table.name.endswith("_other")]


def _fill(connection: Connection, already: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Put a row into every table that is new; what it says does not matter."""
    made = {}
    for table in _tables(connection):
        if table.name not in already:
            made[table.name] = {column.name: _value(column) for column in table.columns}
            connection.execute(table.insert(), made[table.name])
    return made


def _value(column: sa.Column[Any]) -> Any:
    fitting = [value for kind, value in _VALUES.items() if isinstance(column.type, kind)]
    assert fitting, f"no value for {column.table.name}.{column.name}, {column.type!r}"
    return fitting[0]


def _rows(connection: Connection, tables: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in _tables(connection)
        if table.name in tables
    }
