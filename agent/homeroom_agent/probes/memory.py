"""Memory, swap, and on Linux how much work waits for memory."""

from __future__ import annotations

import sys

import psutil

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.memory import meminfo
from homeroom_agent.parsers.memory.pressure import some_ratio
from homeroom_agent.parsers.tree import Tree
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Memory

NAME = "memory"
INTERVAL = 0.0
_REASON = "this system does not say"


def read() -> Facts:
    """Memory now."""
    if sys.platform == "linux":
        from homeroom_agent.probes._linux import LiveTree

        section = from_tree(LiveTree())
    else:
        section = _by_psutil()
    return Facts({"memory": section}, missing("memory", section, ("total_bytes", "available_bytes"), _REASON))


def from_tree(tree: Tree) -> Memory:
    """Linux: ``/proc/meminfo`` and pressure stall information."""
    try:
        found = meminfo.amounts(tree.read("proc/meminfo").decode("ascii", "replace"))
    except OSError:
        found = meminfo.Amounts()
    return Memory(
        total_bytes=found.total,
        available_bytes=found.available,
        swap_total_bytes=found.swap_total,
        swap_used_bytes=found.swap_used,
        pressure_ratio=some_ratio(tree),
        installed_bytes=_from_firmware(tree),
    )


def _from_firmware(tree: Tree) -> int | None:
    """Modules fitted, which the firmware's table tells to root."""
    from homeroom_agent.parsers.dmi import smbios

    try:
        return smbios.installed_bytes(list(smbios.structures(tree.read("sys/firmware/dmi/tables/DMI"))))
    except (OSError, CaptureError):
        return None


def _by_psutil() -> Memory:
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    return Memory(
        total_bytes=memory.total,
        installed_bytes=_installed_bytes(),
        available_bytes=memory.available,
        swap_total_bytes=swap.total,
        swap_used_bytes=swap.used,
    )


def _installed_bytes() -> int | None:
    if sys.platform == "win32":
        from homeroom_agent.parsers.dmi import smbios
        from homeroom_agent.probes._windows import firmware

        return smbios.installed_bytes(firmware.table())
    return None
