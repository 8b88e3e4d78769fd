"""A program whose own database fails it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def without_table(file: Path, name: str) -> Iterator[None]:
    """One table of an SQLite database is away, for as long as the block lasts."""
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as database:
        database.execute(f"ALTER TABLE {name} RENAME TO away")
        database.commit()
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE away RENAME TO {name}")
            database.commit()
