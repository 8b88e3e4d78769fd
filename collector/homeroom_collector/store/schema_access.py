"""Tables of access: who is signed in, which programs may call, and who signed in when. Digests, never secrets."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import Number, metadata

_GRANTS = "JSON: roles and the schools each is held for"

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("session_id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("grants", sa.Text, nullable=False, comment=_GRANTS),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False, index=True),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("link_id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("grants", sa.Text, nullable=False, comment=_GRANTS),
    sa.Column("expires_at", sa.Double, nullable=False, index=True),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
    sa.Column("grants", sa.Text, nullable=False, comment=_GRANTS),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double),
    sa.Column("revoked_at", sa.Double),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("event_id", Number, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False, comment="empty where nobody could be told"),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="signed in, refused, or signed out"),
    sa.Column("detail", sa.Text, nullable=False),
)
