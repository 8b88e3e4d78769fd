"""Linux: which release runs, whether a restart is due, and when packages were last changed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from homeroom_agent.parsers.os import os_release
from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.tree import Tree, exists, text

# Debian's and Ubuntu's mark that a package asks for a restart (update-notifier, unattended-upgrades).
_RESTART_MARKS = ("run/reboot-required", "var/run/reboot-required")
_MODULES = ("lib/modules", "usr/lib/modules")
# Changed with every package operation: dpkg, rpm (two places), pacman, apk, and ostree's deployments.
_PACKAGE_STATE = (
    "var/lib/dpkg/status",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/pacman/local",
    "lib/apk/db/installed",
    "ostree/deploy",
)


def release(tree: Tree) -> Release:
    """os-release, with the kernel's release as the build where the distribution gives none."""
    for path in ("etc/os-release", "usr/lib/os-release"):
        try:
            values = os_release.assignments(tree.read(path).decode("utf-8", "replace"))
        except OSError:
            continue
        found = os_release.release(values)
        return dataclasses.replace(found, build=found.build or text(tree, "proc/sys/kernel/osrelease"))
    return Release()


def pending_reboot(tree: Tree, release: Release) -> bool | None:
    """True where a mark or a replaced kernel says so; False only where the distribution would leave a mark."""
    if any(exists(tree, mark) for mark in _RESTART_MARKS):
        return True
    running = text(tree, "proc/sys/kernel/osrelease")
    installed = {name for path in _MODULES for name in tree.names(path)}
    if running and installed and running not in installed:
        return True  # the running kernel's modules are gone: it was replaced
    return False if release.id in ("debian", "ubuntu", "linuxmint") else None


def last_update_at(root: Path) -> float | None:
    """When packages last changed, Unix seconds."""
    times = [time for path in _PACKAGE_STATE if (time := _modified_at(root / path))]
    return max(times, default=None)


def _modified_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
