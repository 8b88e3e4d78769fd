"""Which machine this is, as its firmware says."""

from __future__ import annotations

import sys

from homeroom_agent.parsers.dmi.machine import Machine
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Identity

NAME = "identity"
INTERVAL = 86_400.0
_PLATFORMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def read() -> Facts:
    """Maker, model, serial number, form and firmware; placeholders are None."""
    section = row(_machine(), _PLATFORMS.get(sys.platform, sys.platform[:16]))
    reason = "this firmware does not say, or says a placeholder"
    unsaid = missing("identity", section, ("manufacturer", "model", "form_factor"), reason)
    return Facts(
        {"identity": section}, [*unsaid, *missing("identity", section, ("serial",), _why_no_serial() or reason)]
    )


def _why_no_serial() -> str | None:
    """Linux tells whether it is the right to read that is missing; other systems need none."""
    if sys.platform != "linux":
        return None
    from homeroom_agent.parsers.dmi.sysfs import SERIAL
    from homeroom_agent.parsers.tree import why_missing
    from homeroom_agent.probes._linux import LiveTree

    return why_missing(LiveTree(), SERIAL)


def row(machine: Machine, platform: str) -> Identity:
    """The wire form of a machine."""
    return Identity(
        platform=platform,
        manufacturer=machine.manufacturer,
        model=machine.shown_model,
        serial=machine.serial,
        asset_tag=machine.asset_tag,
        form_factor=machine.form_factor,
        bios_version=machine.bios_version,
        bios_date=machine.bios_date,
    )


def _machine() -> Machine:
    if sys.platform == "linux":
        from homeroom_agent.parsers.dmi import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.machine(LiveTree())
    if sys.platform == "win32":
        from homeroom_agent.parsers.dmi import smbios
        from homeroom_agent.probes._windows import firmware

        return smbios.machine(firmware.table())
    if sys.platform == "darwin":
        from homeroom_agent.parsers.dmi import ioreg
        from homeroom_agent.probes import _macos

        return ioreg.machine(_macos.ioreg("-d1", "-c", "IOPlatformExpertDevice"))
    return Machine()
