"""The file of a backup: a ZIP archive of the data and, last, the manifest; perhaps within age.

ZIP because everybody can look into it, it can be written without knowing lengths before, and it has a checksum of its
own. A file appears under its name only when it is whole and on disk, and only its owner may read it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import msgspec

from homeroom_collector.backup import Progress, encryption
from homeroom_collector.backup import manifest as manifests
from homeroom_collector.backup.manifest import BackupError, Manifest

_DATA, _MANIFEST = "data", "manifest.json"
_CHUNK_BYTES = 1 << 20


def write(file: Path, data: IO[bytes], manifest: Manifest, to: Sequence[Any], progress: Progress) -> Manifest:
    """Write a backup. ``manifest`` lacks length and checksum of the data; the complete one is returned.

    ``to`` are age recipients; empty: not encrypted. Raises BackupError; then nothing is left at ``file`` but what was
    there before.
    """
    made: list[Manifest] = []

    def fill(out: BinaryIO) -> None:
        made.append(_zip(out, data, manifest, progress))

    with _replacing(file) as out:
        if to:
            encryption.encrypted(fill, out, to)
        else:
            fill(out)
    return made[0]


def _zip(out: BinaryIO, data: IO[bytes], manifest: Manifest, progress: Progress) -> Manifest:
    digest, size = hashlib.sha256(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(_DATA, "w", force_zip64=True) as member:
            while chunk := data.read(_CHUNK_BYTES):
                digest.update(chunk)
                member.write(chunk)
                size += len(chunk)
                progress(size, None)
        complete = msgspec.structs.replace(manifest, data_bytes=size, data_sha256=digest.hexdigest())
        archive.writestr(_MANIFEST, manifests.encode(complete))
    return complete


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """A file beside ``file``, for its owner only, that takes its place once it is on disk."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".partial", dir=file.parent)
    except OSError as error:
        raise BackupError(f"{file.parent} cannot be written to: {error.strerror}") from None
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        partial.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Let a new name survive a power cut; where the system has no such thing, it needs none."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def opened(file: Path, identity: Path | None, folder: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup for reading. An encrypted one is decrypted into ``folder``, for as long as the block lasts.

    Raises BackupError where it is none, or needs an identity.
    """
    try:
        with file.open("rb") as source:
            if source.read(len(encryption.MAGIC)) != encryption.MAGIC:
                source.seek(0)
                with _archive(source, file) as archive:
                    yield archive
                return
            if identity is None:
                raise BackupError(f"{file} is encrypted; name the identity with --identity FILE")
            source.seek(0)
            with tempfile.TemporaryFile(dir=folder) as plain:
                encryption.decrypted(source, plain, encryption.identities(identity))
                plain.seek(0)
                with _archive(plain, file) as archive:
                    yield archive
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from None


def _archive(source: IO[bytes], file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile:
        raise BackupError(f"{file} is no backup of Homeroom, or its end is missing") from None


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
    """Read the manifest. Raises BackupError."""
    try:
        return manifests.decode(archive.read(_MANIFEST))
    except (KeyError, zipfile.BadZipFile, zlib.error):
        raise BackupError("the file is no backup of Homeroom: it has no manifest that can be read") from None


def extract(archive: zipfile.ZipFile, manifest: Manifest, out: IO[bytes], progress: Progress) -> None:
    """Write the data out and check it. Raises BackupError where it is not what the manifest says."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(_DATA) as member:
            while chunk := member.read(_CHUNK_BYTES):
                digest.update(chunk)
                out.write(chunk)
                size += len(chunk)
                progress(size, manifest.data_bytes)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupError(f"the backup is damaged: {error}; use another one") from None
    if (size, digest.hexdigest()) != (manifest.data_bytes, manifest.data_sha256):
        raise BackupError("the backup is damaged: its data is not what its manifest says; use another one")
