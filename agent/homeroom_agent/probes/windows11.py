"""Can this machine run Windows 11, and if not, why. Asked on Windows only."""

from __future__ import annotations

import sys

from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing

NAME = "windows11"
INTERVAL = 86_400.0
_EXPLAINED = ("ready", "tpm_version", "secure_boot", "uefi")


def read() -> Facts:
    """Readiness with its reasons; no section on other systems."""
    if sys.platform != "win32":
        return Facts({})
    from homeroom_agent.probes._windows import readiness

    section = readiness.section()
    return Facts({"windows11": section}, missing("windows11", section, _EXPLAINED, "this system does not say"))
