"""The key by which the collector knows this satellite, in a file that only its owner may read."""

from __future__ import annotations

import json
import os
from pathlib import Path

from homeroom_collector.errors import SatelliteError
from homeroom_collector.secret import Secret

FILE_NAME = "satellite.json"


def load(directory: Path) -> Secret | None:
    """The key, None where there is none yet. Raises SatelliteError where the file cannot be used."""
    path = directory / FILE_NAME
    try:
        return Secret(str(json.loads(path.read_text(encoding="utf-8"))["key"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SatelliteError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise SatelliteError(f"{path}: is damaged; remove it and give a new token") from None


def save(directory: Path, key: Secret) -> None:
    """Write the file in one step, on disk when this returns. Raises SatelliteError."""
    path, new = directory / FILE_NAME, directory / f"{FILE_NAME}.new"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"key": key.reveal()}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise SatelliteError(f"{path}: cannot be written: {error.strerror}") from None
