"""What a backup says of itself: by it a restore knows whether it can be used, and whether it is whole."""

from __future__ import annotations

from typing import Literal

import msgspec

from homeroom_collector.errors import CollectorError

FORMAT = 1
Kind = Literal["sqlite", "postgresql"]


class BackupError(CollectorError):
    """A backup cannot be made, read or used; the text says why, and what to do."""


class Manifest(msgspec.Struct, kw_only=True, frozen=True):
    """``data_sha256`` and ``data_bytes`` are those of the member that holds the data, as it comes out of the file.

    ``rows`` counts each table at the moment of the backup, ``revision`` is the version of the tables. Fields may be
    added; a reader leaves out what it does not know.
    """

    format: int
    homeroom: str
    kind: Kind
    revision: str
    taken_at: float
    rows: dict[str, int]
    data_bytes: int
    data_sha256: str


def encode(manifest: Manifest) -> bytes:
    """As people can read it, too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2)


def decode(text: bytes) -> Manifest:
    """Raises BackupError where this is no manifest, or one of a later format."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupError(f"the backup's manifest cannot be read: {error}") from None
    if manifest.format > FORMAT:
        raise BackupError(f"the backup was made by a newer Homeroom ({manifest.homeroom}); update Homeroom first")
    return manifest
