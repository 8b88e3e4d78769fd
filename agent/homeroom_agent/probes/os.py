"""Which operating system runs, and until when it is supported."""

from __future__ import annotations

import sys

from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.tree import Tree
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import OperatingSystem

NAME = "os"
INTERVAL = 3600.0


def read() -> Facts:
    """Name, version and build."""
    section = row(_release())
    return Facts({"os": section}, missing("os", section, ("name", "version"), "this system does not say"))


def row(release: Release) -> OperatingSystem:
    """The wire form of a release."""
    return OperatingSystem(name=release.name, version=release.version, build=release.build)


def from_tree(tree: Tree) -> Release:
    """Linux: os-release, and the kernel's release where the distribution gives no build."""
    from homeroom_agent.parsers.os import os_release
    from homeroom_agent.parsers.tree import text

    for path in ("etc/os-release", "usr/lib/os-release"):
        try:
            values = os_release.assignments(tree.read(path).decode("utf-8", "replace"))
        except OSError:
            continue
        found = os_release.release(values)
        return Release(
            id=found.id,
            name=found.name,
            version=found.version,
            build=found.build or text(tree, "proc/sys/kernel/osrelease"),
            pretty=found.pretty,
        )
    return Release()


def _release() -> Release:
    if sys.platform == "linux":
        from homeroom_agent.probes._linux import LiveTree

        return from_tree(LiveTree())
    return Release()
