"""Batteries of the machine itself, each one; mice, pens and UPSes are left out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from homeroom_agent.parsers.battery.pack import Pack
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Battery, Unavailable

NAME = "batteries"
INTERVAL = 0.0
_MOST = 8  # bound of the wire format
_EXPLAINED = ("health_ratio", "charge_ratio", "cycle_count", "state")


def read(memory: dict[str, Any]) -> Facts:
    """Every battery; an empty list is a machine without one."""
    rows = [row(pack) for pack in _packs(memory)][:_MOST]
    return Facts({"batteries": rows}, list(_reasons(rows)))


def row(pack: Pack) -> Battery:
    """The wire form of a pack."""
    return Battery(
        name=pack.name,
        manufacturer=pack.manufacturer,
        model=pack.model,
        design_capacity_wh=_rounded(pack.design_wh, 3),
        design_capacity_mah=_rounded(pack.design_mah, 0),
        full_charge_capacity_wh=_rounded(pack.full_wh, 3),
        full_charge_capacity_mah=_rounded(pack.full_mah, 0),
        health_ratio=_rounded(pack.health_ratio, 4),
        cycle_count=pack.cycle_count,
        charge_ratio=_rounded(pack.charge_ratio, 4),
        state=pack.state,
        service_recommended=pack.service_recommended,
    )


def _reasons(rows: Iterable[Battery]) -> Iterable[Unavailable]:
    for battery in rows:
        yield from missing(f"batteries.{battery.name}", battery, _EXPLAINED, "the battery does not report it")


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _packs(memory: dict[str, Any]) -> list[Pack]:
    if sys.platform == "linux":
        from homeroom_agent.parsers.battery import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.packs(LiveTree())
    if sys.platform == "win32":
        from homeroom_agent.parsers.battery import ioctl
        from homeroom_agent.probes._windows import batteries, kernel

        return ioctl.packs(list(batteries.answers(kernel.battery_paths(), kernel.opened_for_reading)))
    if sys.platform == "darwin":
        from homeroom_agent.probes import _macos_batteries

        return _macos_batteries.packs(memory)
    return []
