"""macOS: capacities from ioreg each time, Apple's own verdict on the battery from system_profiler once a day."""

from __future__ import annotations

import dataclasses
from typing import Any

from homeroom_agent.parsers.battery import ioreg, system_profiler
from homeroom_agent.parsers.battery.pack import Pack
from homeroom_agent.probes import _macos
from homeroom_agent.probes._programs import Runner, run

_VERDICT_SECONDS = 86_400.0


def packs(memory: dict[str, Any], *, now: float | None = None, runner: Runner = run) -> list[Pack]:
    """The Mac's packs; the verdict of either source that the battery needs service counts."""
    found = ioreg.packs(_macos.ioreg("-n", "AppleSmartBattery", runner=runner))
    if found and _macos.is_due(memory, "judged_at", _VERDICT_SECONDS, now):
        power = _macos.profile("SPPowerDataType", runner=runner).get("SPPowerDataType", [])
        memory["service_recommended"] = system_profiler.service_recommended(power)
    verdict = memory.get("service_recommended")
    return [
        pack if pack.service_recommended or verdict is None else dataclasses.replace(pack, service_recommended=verdict)
        for pack in found
    ]
