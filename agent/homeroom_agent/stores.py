"""The agent's file on disk, as spool and as state."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from homeroom_agent.config import Config
from homeroom_agent.errors import SpoolError
from homeroom_agent.spool import Spool
from homeroom_agent.state import State

FILE_NAME = "spool.db"
CLEAN_END_MARK = "ended"

_log = logging.getLogger(__name__)


@contextmanager
def stores(config: Config, directory: Path, *, now: Callable[[], float] = time.time) -> Iterator[tuple[Spool, State]]:
    """Open both for one round. ``now`` gives Unix seconds. Raises SpoolError."""
    path = directory / FILE_NAME
    limits = config.spool
    with (
        Spool(path, max_bytes=limits.max_size, max_age_seconds=limits.max_age, now=now) as spool,
        State(path) as state,
    ):
        yield spool, state


def each_store(config: Config) -> Iterator[tuple[Spool, State]]:
    """Those that exist and open, one after the other. What was kept in memory while the disk was full comes first.

    It does not survive a restart; and the settings of the disk are the ones that stay in force.
    """
    for directory in reversed(config.directories):
        if (directory / FILE_NAME).exists():
            try:
                with stores(config, directory) as opened:
                    yield opened
            except SpoolError as error:
                _log.warning("%s", error)
