"""Who this device is to the collector: its id and key, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import logging
import os
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
    """An enrolled device. ``machine`` is what tells this machine from another that was given a copy of its disk."""

    device_id: str
    key: Secret
    machine: dict[str, str]


def load(directory: Path) -> Device | None:
    """The device, or None where it is not enrolled. Raises IdentityError where the file cannot be read.

    A file that is damaged counts as none: the device enrols again and comes back as itself.
    """
    path = directory / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            _log.warning("%s could be read by others; only its owner may now", path)
            path.chmod(0o600)
        document = json.loads(text)
        machine = document.get("machine", {})
        return Device(document["device_id"], Secret(document["device_key"]), {k: str(v) for k, v in machine.items()})
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("%s is damaged (%s); the device has to enrol again", path, type(error).__name__)
        return None


def save(directory: Path, device: Device) -> None:
    """Write the file so that a reader, or a power cut, sees the old one or the new one. Raises IdentityError."""
    path = directory / FILE_NAME
    document: dict[str, Any] = {
        "device_id": device.device_id,
        "device_key": device.key.reveal(),
        "machine": device.machine,
    }
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, json.dumps(document, indent=1).encode())
    except OSError as error:
        raise IdentityError(f"{path}: cannot be written: {error.strerror}") from None


def forget(directory: Path) -> None:
    """Throw the key away. Raises IdentityError where the file stays."""
    try:
        (directory / FILE_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise IdentityError(f"{directory / FILE_NAME}: cannot be removed: {error.strerror}") from None


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
