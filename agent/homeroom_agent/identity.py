"""Who this device is to the collector: its id and key, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homeroom_agent.errors import IdentityError
from homeroom_agent.kinds import Secret

_log = logging.getLogger(__name__)

FILE_NAME = "device.json"
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device. ``machine`` is what tells this machine from another that was given a copy of its disk.

    ``other`` is a key to try where ``key`` is refused: the one before it, or one that the collector may not know yet.
    """

    device_id: str
    key: Secret
    machine: dict[str, str]
    other: Secret | None = None


def load(directories: Sequence[Path]) -> Device | None:
    """The device, or None where it is not enrolled. Raises IdentityError where the file cannot be read.

    A file that is damaged counts as none: the device enrols again and comes back as itself.
    """
    found = (_load(directory / FILE_NAME) for directory in directories)
    return next((device for device in found if device is not None), None)


def save(directories: Sequence[Path], device: Device) -> None:
    """Write the file into the first directory that takes it. Raises IdentityError where none does.

    A reader, or a power cut, sees the old file or the new one.
    """
    document: dict[str, Any] = {
        "device_id": device.device_id,
        "device_key": device.key.reveal(),
        "machine": device.machine,
    }
    if device.other is not None:
        document["other_key"] = device.other.reveal()
    problems = []
    for directory in directories:
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            _replace(directory / FILE_NAME, json.dumps(document, indent=1).encode())
        except OSError as error:
            problems.append(f"{directory / FILE_NAME}: cannot be written: {error.strerror}")
        else:
            return
    raise IdentityError("; ".join(problems))


def forget(directories: Sequence[Path]) -> None:
    """Throw the key away. Raises IdentityError where a file stays."""
    for directory in directories:
        try:
            (directory / FILE_NAME).unlink(missing_ok=True)
        except NotADirectoryError:
            continue
        except OSError as error:
            raise IdentityError(f"{directory / FILE_NAME}: cannot be removed: {error.strerror}") from None


def _load(path: Path) -> Device | None:
    try:
        text = path.read_text(encoding="utf-8")
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            _log.warning("%s could be read by others; only its owner may now", path)
            path.chmod(0o600)
        document = json.loads(text)
        machine = document.get("machine", {})
        other = document.get("other_key")
        return Device(
            document["device_id"],
            Secret(document["device_key"]),
            {k: str(v) for k, v in machine.items()},
            Secret(other) if isinstance(other, str) else None,
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("%s is damaged (%s); the device has to enrol again", path, type(error).__name__)
        return None


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    if os.name == "posix":  # the name itself has to reach the disk, too
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
