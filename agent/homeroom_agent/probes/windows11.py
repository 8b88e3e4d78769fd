"""Can this machine run Windows 11, and if not, why. Asked on Windows only."""

from __future__ import annotations

import sys

from homeroom_agent.parsers.windows.readiness import Computer, verdict
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Windows11

NAME = "windows11"
INTERVAL = 86_400.0
_EXPLAINED = ("ready", "tpm_version", "secure_boot", "uefi")


def read() -> Facts:
    """Readiness with its reasons; no section on other systems."""
    if sys.platform != "win32":
        return Facts({})
    from homeroom_agent.probes._windows import readiness

    section = row(*readiness.look())
    return Facts({"windows11": section}, missing("windows11", section, _EXPLAINED, "this system does not say"))


def row(computer: Computer, secure_boot: bool | None) -> Windows11:  # noqa: FBT001 - the two halves of one look
    """The wire form of the verdict."""
    ready, reasons = verdict(computer)
    return Windows11(
        ready=ready,
        tpm_version=computer.tpm.version,
        secure_boot=secure_boot,
        uefi=computer.uefi,
        reasons=reasons or None,
    )
