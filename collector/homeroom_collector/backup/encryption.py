"""Encryption for age recipients (https://age-encryption.org/v1), by pyrage: the one place that knows it.

A recipient may be an age key (``age1…``) or a public SSH key; the identity is the file that belongs to it. Whoever
makes backups needs only the recipient, so a collector cannot read the backups that it has made.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from homeroom_collector.backup.manifest import BackupError

MAGIC = b"age-encryption.org/v1"


def recipients(texts: Sequence[str], file: Path | None) -> list[Any]:
    """Read recipients from the command line and from a file, one a line. Raises BackupError."""
    lines = [*texts, *(_lines(file) if file else ())]
    return [_recipient(line) for line in lines]


def _recipient(text: str) -> Any:
    age = _pyrage()
    try:
        return (age.ssh if text.startswith("ssh-") else age.x25519).Recipient.from_str(text)
    except age.RecipientError as error:
        raise BackupError(f"{text[:24]}… is no age recipient: {error}; one begins with age1 or ssh-") from None


def identities(file: Path) -> list[Any]:
    """Read the identities of a file: age's own (``AGE-SECRET-KEY-…``, one a line) or an SSH key. Raises BackupError."""
    age, lines = _pyrage(), _lines(file)
    try:
        if lines and lines[0].startswith("-----BEGIN"):
            return [age.ssh.Identity.from_buffer(file.read_bytes())]
        return [age.x25519.Identity.from_str(line) for line in lines]
    except age.IdentityError as error:
        raise BackupError(f"{file} holds no age identity: {error}") from None


def encrypted(write: Callable[[BinaryIO], None], target: BinaryIO, to: Sequence[Any]) -> None:
    """Let ``write`` write through age into a file. Nothing of it lies on disk as plain text."""
    age = _pyrage()
    inward, outward = os.pipe()
    reading, writing = os.fdopen(inward, "rb"), os.fdopen(outward, "wb")
    failures: list[BaseException] = []
    thread = threading.Thread(target=_encrypt, args=(age, reading, target, to, failures), name="age")
    thread.start()
    try:
        with writing:
            write(writing)
    except BrokenPipeError:
        if not failures:
            raise
    finally:
        thread.join()
    if failures:
        raise BackupError(f"the backup cannot be encrypted: {failures[0]}") from failures[0]


def _encrypt(age: Any, reading: BinaryIO, target: BinaryIO, to: Sequence[Any], failures: list[BaseException]) -> None:
    with reading:
        try:
            age.encrypt_io(reading, target, list(to))
        except Exception as error:  # handed to the thread that waits
            failures.append(error)


def decrypted(source: BinaryIO, target: BinaryIO, of: Sequence[Any]) -> None:
    """Decrypt a file into another. Raises BackupError where no identity fits, or the file was changed."""
    age = _pyrage()
    try:
        age.decrypt_io(source, target, list(of))
    except age.DecryptError as error:
        raise BackupError(
            f"the backup cannot be decrypted: {error}; is it the identity of one of its recipients?"
        ) from None
    except OSError as error:
        raise BackupError(f"the backup cannot be decrypted: {error}") from None


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{file} cannot be read: {error}") from None
    return [line for each in text.splitlines() if (line := each.strip()) and not line.startswith("#")]


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise BackupError("encryption needs pyrage: pip install 'homeroom[encryption]'") from None
    return pyrage
