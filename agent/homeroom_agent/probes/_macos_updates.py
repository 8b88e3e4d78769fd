"""macOS: which release runs and when it was last updated, out of two property lists that everyone may read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import plist
from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.values import clean

_VERSION = "System/Library/CoreServices/SystemVersion.plist"
_HISTORY = "Library/Receipts/InstallHistory.plist"
_BYTES = 8 * 1024 * 1024


def release(root: Path) -> Release:
    """Name, version and build."""
    values: dict[str, Any] = next(iter(_rows(root / _VERSION)), {})
    return Release(
        id="macos",
        name=clean(values.get("ProductName"), 80),
        version=clean(values.get("ProductVersion"), 80),
        build=clean(values.get("ProductBuildVersion"), 80),
    )


def last_update_at(root: Path) -> float | None:
    """When macOS itself was last updated, Unix seconds; apps and their names are passed over."""
    times = [
        row["date"].replace(tzinfo=UTC).timestamp()
        for row in _rows(root / _HISTORY)
        if (clean(row.get("displayName"), 80) or "").startswith("macOS") and isinstance(row.get("date"), datetime)
    ]
    return max(times, default=None)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            return plist.rows(file.read(_BYTES))
    except (OSError, CaptureError):
        return []
