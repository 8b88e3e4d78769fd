"""Secrets that are handed out once and kept as digests: ``<id>.<secret>``.

The id finds the row, the secret proves it. Secrets have 256 random bits, so one round of SHA-256 keeps them: there is
no dictionary to try.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Minted:
    """A new secret. ``text`` is for the one who asked, ``digest`` for the store."""

    secret_id: str
    text: str
    digest: bytes


def mint(prefix: str) -> Minted:
    """Make a new secret whose id begins with ``prefix``, so that people and scanners can tell what leaked."""
    secret_id = prefix + secrets.token_hex(8)
    secret = secrets.token_urlsafe(32)
    return Minted(secret_id, f"{secret_id}.{secret}", digest_of(secret))


def split(text: str) -> tuple[str, str] | None:
    """Take ``<id>.<secret>`` apart; None where it is not of that form."""
    secret_id, dot, secret = text.partition(".")
    return (secret_id, secret) if dot and secret_id and secret and len(text) <= MAX_LENGTH else None


def digest_of(secret: str) -> bytes:
    """What the store keeps."""
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, digest: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest_of(secret), digest)
