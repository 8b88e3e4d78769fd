"""Enrolment tokens: who may bring a device in, to which school, how often and until when."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.errors import RefusedError
from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import enrolment_tokens as table

_PROBE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token as listed; the secret itself is known only to whom it was given. None means no limit."""

    token_id: str
    school_id: str
    grade_band: str
    label: str
    created_at: float
    expires_at: float | None
    uses_allowed: int | None
    uses: int
    revoked_at: float | None

    def state(self, now: float) -> str:
        """One word for lists: active, revoked, expired or used up."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "used up" if self.uses_allowed is not None and self.uses >= self.uses_allowed else "active"


_FIELDS = [column for column in table.c if column.name != "secret_sha256"]
# Made once, which is most of what a statement costs.
_FIND = sa.select(table).where(table.c.token_id == sa.bindparam("which"))
_COUNT = (
    table.update()
    .where(
        table.c.token_id == sa.bindparam("which"),
        table.c.revoked_at.is_(None),
        table.c.uses_allowed.is_(None) | (table.c.uses < table.c.uses_allowed),
        table.c.expires_at.is_(None) | (table.c.expires_at > sa.bindparam("now")),
    )
    .values(uses=table.c.uses + 1)
)


def create(
    connection: Connection,
    *,
    school_id: str,
    now: float,
    grade_band: str = "",
    label: str = "",
    uses_allowed: int | None = None,
    expires_at: float | None = None,
) -> str:
    """Make a token and return its text, which is not kept."""
    minted = secrets.mint("hrt")
    row = {
        "token_id": minted.secret_id,
        "secret_sha256": minted.digest,
        "school_id": school_id,
        "grade_band": grade_band,
        "label": label,
        "created_at": now,
        "expires_at": expires_at,
        "uses_allowed": uses_allowed,
        "uses": 0,
    }
    connection.execute(table.insert(), row)
    return minted.text


def listed(connection: Connection) -> list[Token]:
    """All tokens, oldest first."""
    rows = connection.execute(sa.select(*_FIELDS).order_by(table.c.created_at, table.c.token_id))
    return [Token(**row) for row in rows.mappings()]


def revoke(connection: Connection, token_id: str, now: float) -> bool:
    """Make a token worthless from now on. False where there is no such token, or it was revoked before."""
    change = table.update().where(table.c.token_id == token_id, table.c.revoked_at.is_(None)).values(revoked_at=now)
    return (connection.execute(change)).rowcount == 1


def use(connection: Connection, text: str, now: float) -> Token:
    """Count one use and return the token. Raises RefusedError: 401 where unknown, 403 where it is worth nothing."""
    parts = secrets.split(text)
    row = None
    if parts:
        row = connection.execute(_FIND, {"which": parts[0]}).mappings().one_or_none()
    if row is None or parts is None or not secrets.matches(parts[1], row["secret_sha256"]):
        raise RefusedError(401, "this enrolment token is not known; make one with: homeroom token create")
    token = Token(**{name: value for name, value in row.items() if name != "secret_sha256"})
    state = token.state(now)
    if state == "active" and not _count(connection, token.token_id, now):
        state = "used up"
    if state != "active":
        raise RefusedError(403, f"this enrolment token is {state}; make one with: homeroom token create")
    return token


def _count(connection: Connection, token_id: str, now: float) -> bool:
    """Count the use in one statement, so that two replicas cannot both take the last one."""
    return connection.execute(_COUNT, {"which": token_id, "now": now}).rowcount == 1


def touch(connection: Connection) -> None:
    """Write something and take it back in the same transaction, to see whether the store takes writes at all.

    As large as a batch of reports: the last free page of a full disk proves nothing.
    """
    token = create(connection, school_id="", now=0.0, label="x" * _PROBE_BYTES, uses_allowed=0)
    connection.execute(table.delete().where(table.c.token_id == token.partition(".")[0]))
