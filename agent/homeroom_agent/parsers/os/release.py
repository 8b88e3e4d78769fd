"""An operating system's name and version, and the shape that ``parse os`` prints."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Which system; ``id`` is os-release's, ``windows`` or ``macos``."""

    id: str | None = None
    name: str | None = None
    version: str | None = None
    build: str | None = None
    pretty: str | None = None


def document(release: Release, **more: Any) -> dict[str, Any]:
    """The answer of ``parse os``."""
    return {
        "os_id": release.id,
        "os_name": release.name,
        "os_version": release.version,
        "os_build": release.build,
        "os_pretty": release.pretty,
    } | more
