"""Enrolment tokens for the pretended schools, made as ``homeroom token create`` makes them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from homeroom_collector.config import load
from homeroom_collector.store import open_store, tokens

_GOOD_FOR_SECONDS = 86_400.0


async def make_tokens(config: Path, school_ids: Sequence[str]) -> dict[str, str]:
    """Make one token per school, good for a day. Raises StoreUnavailableError where the store does not answer."""
    now = time.time()
    async with open_store(load(config).store.url) as store, store.writing() as connection:
        return {
            school_id: await tokens.create(
                connection, school_id=school_id, now=now, label="demo", expires_at=now + _GOOD_FOR_SECONDS
            )
            for school_id in school_ids
        }
