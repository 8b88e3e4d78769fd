"""API tokens: which programs may read, scrape or post alerts, for which schools and until when."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_access import api_tokens as table

PREFIX = "hra"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token as listed. ``expires_at`` None: for ever. ``grants`` is as the access rules write it."""

    token_id: str
    grants: str
    label: str
    created_at: float
    expires_at: float | None
    revoked_at: float | None

    def state(self, now: float) -> str:
        """One word for lists: active, revoked or expired."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


_FIELDS = [column for column in table.c if column.name != "secret_sha256"]


def create(connection: Connection, *, grants: str, label: str, now: float, expires_at: float | None) -> str:
    """Make a token and return its text, which is not kept."""
    minted = secrets.mint(PREFIX)
    row = {"token_id": minted.secret_id, "secret_sha256": minted.digest, "grants": grants, "label": label}
    connection.execute(table.insert(), row | {"created_at": now, "expires_at": expires_at})
    return minted.text


def listed(connection: Connection) -> list[ApiToken]:
    """All tokens, oldest first."""
    rows = connection.execute(sa.select(*_FIELDS).order_by(table.c.created_at, table.c.token_id))
    return [ApiToken(**row) for row in rows.mappings()]


def revoke(connection: Connection, token_id: str, now: float) -> bool:
    """Make a token worthless from now on. False where there is no such token, or it was revoked before."""
    change = table.update().where(table.c.token_id == token_id, table.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(change).rowcount == 1


def find(connection: Connection, text: str) -> ApiToken | None:
    """The token that a text proves, also where it is revoked or expired; None where there is none."""
    parts = secrets.split(text)
    if parts is None:
        return None
    row = connection.execute(sa.select(table).where(table.c.token_id == parts[0])).mappings().one_or_none()
    if row is None or not secrets.matches(parts[1], row["secret_sha256"]):
        return None
    return ApiToken(**{name: value for name, value in row.items() if name != "secret_sha256"})
