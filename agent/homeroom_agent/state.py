"""What the agent remembers between runs, in the spool's file: small JSON values by name.

``probe.NAME`` belongs to the measurement, ``delivery``, ``settings`` and ``connectivity`` to the sending, ``boots`` to
the service: each name has one writer, so measuring and sending may run in two processes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from homeroom_agent.database import DatabaseFile, connect, transaction

_SCHEMA = "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);"


class State(DatabaseFile):
    """JSON objects by name. Raises SpoolError where the disk does not let it work."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, _SCHEMA)

    def get(self, name: str) -> dict[str, Any]:
        """The value, or an empty one. A value that is no JSON object counts as empty."""
        with transaction(self._connection) as connection:
            row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return _object(row[0]) if row else {}

    def all(self) -> dict[str, dict[str, Any]]:
        """Everything, at one moment."""
        with transaction(self._connection) as connection:
            rows = connection.execute("SELECT name, value FROM state").fetchall()
        return {name: _object(value) for name, value in rows}

    def put(self, values: dict[str, dict[str, Any]]) -> None:
        """Write several values, all or none."""
        rows = [(name, json.dumps(value, separators=(",", ":"))) for name, value in values.items()]
        with transaction(self._connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", rows)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
