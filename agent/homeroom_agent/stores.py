"""The agent's file on disk, as spool and as state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from homeroom_agent.config import Config
from homeroom_agent.spool import Spool
from homeroom_agent.state import State

FILE_NAME = "spool.db"
CLEAN_END_MARK = "ended"


@contextmanager
def stores(config: Config) -> Iterator[tuple[Spool, State]]:
    """Open both for one round. Raises SpoolError."""
    path = config.directory / FILE_NAME
    limits = config.spool
    with (
        Spool(path, max_bytes=limits.max_size, max_age_seconds=limits.max_age) as spool,
        State(path) as state,
    ):
        yield spool, state
