"""Bringing a store to the newest shape of its tables, at every start."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from homeroom_collector.errors import CollectorError

_log = logging.getLogger(__name__)
_SCRIPTS = Path(__file__).with_name("migrations")
# Any number will do, as long as no other program on the same PostgreSQL uses it: "HOME" in ASCII.
_ADVISORY_LOCK = 0x484F4D45


class StoreTooNewError(CollectorError):
    """The store was written by a newer Homeroom."""


def upgrade(connection: Connection) -> None:
    """Apply the missing migrations inside the caller's transaction. Safe to run from several processes at once.

    Raises StoreTooNewError where the store knows a migration that this program does not.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    scripts = ScriptDirectory.from_config(config := _config(connection))
    current = MigrationContext.configure(connection).get_current_revision()
    newest = scripts.get_current_head()
    if current == newest:
        return
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreTooNewError(f"the store has version {current}, newer than this program's {newest}; update Homeroom")
    command.upgrade(config, "head")
    _log.info("store brought from version %s to %s", current or "nothing", newest)


def revision_of(connection: Connection) -> str | None:
    """The version of the store's tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(connection: Connection) -> bool:
    """Whether the tables are this program's."""
    return revision_of(connection) == newest()


def knows(revision: str) -> bool:
    """Whether this program can bring tables of that version to its own."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def newest() -> str:
    """The version of this program's tables."""
    return str(_scripts().get_current_head())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    # Config reads % as interpolation.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
