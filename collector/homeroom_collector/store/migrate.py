"""Bringing a store to the newest shape of its tables, at every start.

Alembic is read only where something is to be changed, which is so at few starts; reading it takes a tenth of a second.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from homeroom_collector.errors import CollectorError

if TYPE_CHECKING:
    from alembic.config import Config

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
    current = revision_of(connection)
    if current == newest():
        return
    if current is not None and not knows(current):
        raise StoreTooNewError(
            f"the store has version {current}, newer than this program's {newest()}; update Homeroom"
        )
    from alembic import command

    command.upgrade(_config(connection), "head")
    _log.info("store brought from version %s to %s", current or "nothing", newest())


def revision_of(connection: Connection) -> str | None:
    """The version of the store's tables; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def is_current(connection: Connection) -> bool:
    """Whether the tables are this program's."""
    return revision_of(connection) == newest()


def knows(revision: str) -> bool:
    """Whether this program can bring tables of that version to its own."""
    return revision in _revisions()


def newest() -> str:
    """The version of this program's tables."""
    return _revisions()[-1]


@cache
def _revisions() -> list[str]:
    """All versions, one after the other, as the migrations' files are called."""
    return sorted(file.name.partition("_")[0] for file in (_SCRIPTS / "versions").glob("[0-9]*_*.py"))


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    # Config reads % as interpolation.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
