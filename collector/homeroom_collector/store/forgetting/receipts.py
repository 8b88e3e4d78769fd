"""Receipts: proof that something was forgotten, in a log that does not say what.

The log keeps a keyed digest (HMAC-SHA-256, RFC 2104) of each name. Its key is the receipt, given once to the person who
asked and kept nowhere: with receipt and name anybody can prove the entry, and without the receipt nobody can try names.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.forgetting.found import Found
from homeroom_collector.store.schema import audit_log

SOURCE = "homeroom forget"
_FIELD = "forgotten"


class Proof(NamedTuple):
    """When it was forgotten, and how many rows were, by table."""

    at: float
    counts: dict[str, int]


def write(connection: Connection, found: Found, counts: Mapping[str, int], now: float) -> str:
    """Write the log's entries; returns the receipt."""
    receipt = secrets.token_hex(16)
    names = {found.asked, *found.device_ids, *found.serials, *found.asset_tags}
    after = json.dumps(dict(counts), sort_keys=True)
    rows = [{"subject": digest} for digest in sorted({_digest(receipt, name) for name in names})]
    same = {"at": now, "source": SOURCE, "field": _FIELD, "before": None, "after": after}
    connection.execute(audit_log.insert(), [row | same for row in rows])
    return receipt


def prove(connection: Connection, receipt: str, name: str) -> Proof | None:
    """The entry that belongs to a receipt and a name; None where there is none."""
    query = sa.select(audit_log.c.at, audit_log.c.after).where(
        audit_log.c.subject == _digest(receipt, name), audit_log.c.field == _FIELD
    )
    row = connection.execute(query.limit(1)).one_or_none()
    return Proof(row.at, json.loads(row.after)) if row else None


def _digest(receipt: str, name: str) -> str:
    return "forgotten " + hmac.new(receipt.strip().encode(), name.strip().upper().encode(), hashlib.sha256).hexdigest()
