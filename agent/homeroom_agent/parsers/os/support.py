"""Until when a system gets security updates, out of the data file beside this module."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from homeroom_agent.parsers.os.release import Release

_TABLE = Path(__file__).with_name("support.toml")
# Editions that Microsoft serves longer than Home and Pro.
_LONG_SERVED = ("enterprise", "education", "iot")


def support_end_date(release: Release) -> str | None:
    """Last day of free security updates (ISO 8601); None where its maker names no day or the table does not know it."""
    if release.id is None or release.version is None:
        return None
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    found = _windows(table, release) if release.id == "windows" else _by_version(table.get(release.id), release.version)
    return found.isoformat() if isinstance(found, date) else None


def _windows(table: dict[str, Any], release: Release) -> Any:
    name = (release.name or "").lower()
    for product, family in (("windows 11", "windows_11"), ("windows 10", "windows_10")):
        if product in name:
            versions = table[family]
            is_ltsc = "ltsc" in name or "ltsb" in name
            entry = versions["ltsc"].get(_build(release)) if is_ltsc else versions.get(release.version)
            return (entry or {}).get("long" if any(word in name for word in _LONG_SERVED) else "short")
    return next((end for product, end in table["windows_older"].items() if product.lower() in name), None)


def _build(release: Release) -> str:
    """The third part of 10.0.19044.1288."""
    return (release.build or "").split(".", 3)[2] if (release.build or "").count(".") >= 2 else ""


def _by_version(versions: dict[str, Any] | None, version: str) -> Any:
    """The entry of 12.7.6, of 12.7 or of 12: the table names versions as their maker counts them."""
    parts = version.split(".")[:4]
    shorter = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((versions[name] for name in shorter if name in versions), None) if versions else None
