"""Enrolment tokens and a one-time link, made as ``homeroom token create`` and ``homeroom sign-in`` make them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from homeroom_collector.access.link import make_link
from homeroom_collector.access.roles import Grant, Role
from homeroom_collector.config import load
from homeroom_collector.store import Connection, open_store, tokens

_GOOD_FOR_SECONDS = 86_400.0

Audience = tuple[str, str]
"""School and grade band that a token is for."""


async def make_tokens(config: Path, audiences: Iterable[Audience], *, now: float | None = None) -> dict[Audience, str]:
    """Make one token per school and grade band, good for a day from ``now``. Raises StoreUnavailableError."""
    now = time.time() if now is None else now

    def work(connection: Connection) -> dict[Audience, str]:
        make = partial(tokens.create, connection, now=now, label="demo", expires_at=now + _GOOD_FOR_SECONDS)
        return {
            (school_id, grade_band): make(school_id=school_id, grade_band=grade_band)
            for school_id, grade_band in audiences
        }

    async with open_store(load(config).store.url) as store:
        return await store.write(work)


async def make_sign_in(config: Path, url: str) -> str:
    """A link that signs the one who looks at the demo in, once. Raises StoreUnavailableError."""
    async with open_store(load(config).store.url) as store:
        return await make_link(store, url, "demo", Grant(Role.ADMIN), time.time() + _GOOD_FOR_SECONDS)
