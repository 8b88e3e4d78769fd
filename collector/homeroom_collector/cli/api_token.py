"""API tokens on the command line: the part of ``homeroom token`` for programs that read, scrape or post alerts."""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import Any

from homeroom_collector.access.roles import Grant, Role, decode, encode
from homeroom_collector.cli.options import settings_of, store_of
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.errors import ConfigError
from homeroom_collector.store import Connection, api_tokens, schools

COLUMNS = ("token_id", "role", "schools", "label", "state", "created_at", "expires_at")
DEFAULT_EXPIRY_SECONDS = 365 * 86_400.0


async def created(options: argparse.Namespace) -> str:
    """Make a token: its text. Raises ConfigError where the options do not go together."""
    if options.role is None:
        raise ConfigError(["--role: missing; what the program may do"])
    if options.grade_band or options.uses is not None:
        raise ConfigError(["--grade-band and --uses are for enrolment tokens"])
    grant = Grant(Role(options.role), frozenset(options.school) if options.school else None)
    if grant.role == Role.SCHOOL_STAFF and grant.schools is None:
        raise ConfigError(["--school: missing; of which schools"])
    now = time.time()
    expires_at = now + (DEFAULT_EXPIRY_SECONDS if options.expires is None else options.expires)
    make = partial(api_tokens.create, grants=encode([grant]), label=options.label, now=now, expires_at=expires_at)

    def work(connection: Connection) -> str:
        check_schools(options.school or (), schools.listed(connection))
        return make(connection)

    async with store_of(settings_of(options)) as store:
        return await store.write(work)


async def listed(options: argparse.Namespace) -> list[dict[str, Any]]:
    """All tokens as rows, without their secrets."""
    now = time.time()
    async with store_of(settings_of(options)) as store:
        found = await store.read(api_tokens.listed)
    return [_row(token, now) for token in found]


def _row(token: api_tokens.ApiToken, now: float) -> dict[str, Any]:
    grants = decode(token.grants)
    return {
        "token_id": token.token_id,
        "role": " ".join(grant.role for grant in grants),
        "schools": " ".join(sorted({school for grant in grants for school in grant.schools or ()})) or "all",
        "label": token.label,
        "state": token.state(now),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
