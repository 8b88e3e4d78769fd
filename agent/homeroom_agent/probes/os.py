"""Which operating system runs, and until when it is supported."""

from __future__ import annotations

import sys
from pathlib import Path

from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.os.support import support_end_date
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import OperatingSystem

NAME = "os"
INTERVAL = 3600.0


def read() -> Facts:
    """Name, version, build, updates and end of support."""
    section = _section()
    reason = "this system does not say, or its maker publishes no day"
    return Facts(
        {"os": section}, missing("os", section, ("name", "version", "pending_reboot", "support_end_date"), reason)
    )


def row(release: Release, *, pending_reboot: bool | None, last_update_at: float | None) -> OperatingSystem:
    """The wire form of a release."""
    return OperatingSystem(
        name=release.name,
        version=release.version,
        build=release.build,
        pending_reboot=pending_reboot,
        last_update_at=None if last_update_at is None else round(last_update_at),
        support_end_date=support_end_date(release),
    )


def _section() -> OperatingSystem:
    if sys.platform == "linux":
        from homeroom_agent.probes import _linux, _linux_updates

        tree = _linux.LiveTree()
        release = _linux_updates.release(tree)
        return row(
            release,
            pending_reboot=_linux_updates.pending_reboot(tree, release),
            last_update_at=_linux_updates.last_update_at(Path("/")),
        )
    if sys.platform == "win32":
        from homeroom_agent.probes._windows import registry, updates

        return row(
            updates.release(registry.values),
            pending_reboot=updates.pending_reboot(registry.exists),
            last_update_at=updates.last_update_at(registry.values, registry.modified_at),
        )
    if sys.platform == "darwin":
        from homeroom_agent.probes import _macos_updates

        return row(
            _macos_updates.release(Path("/")),
            pending_reboot=None,
            last_update_at=_macos_updates.last_update_at(Path("/")),
        )
    return row(Release(), pending_reboot=None, last_update_at=None)
