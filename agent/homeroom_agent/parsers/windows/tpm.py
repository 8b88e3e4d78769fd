"""Trusted platform module: Win32_Tpm and Get-Tpm (administrators only).

SpecVersion "2.0, 0, 1.59" is version, level and revision. No instance may mean no module, a module switched off in the
firmware, or no right to ask; it is never reported as absent.
"""

from dataclasses import dataclass
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.values import clean, flag

REQUIRED = (2, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tpm:
    """What is known of the module; None is unknown."""

    present: bool | None = None
    version: str | None = None
    enabled: bool | None = None
    ready: bool | None = None

    @property
    def fits_windows_11(self) -> bool | None:
        """Whether it is there, switched on and of version 2.0."""
        if self.present is False or self.enabled is False:
            return False
        return None if self.version is None else version_tuple(self.version) >= REQUIRED


def version_tuple(version: str) -> tuple[int, ...]:
    """1.2 and 2.0 as numbers."""
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal() and len(part) < 4)


def from_cim(instances: cim.Instances) -> Tpm:
    """Out of Win32_Tpm or Get-Tpm."""
    if item := cim.one(instances, "Get-Tpm"):
        return Tpm(
            present=flag(item.get("TpmPresent")),
            version=spec_version(item.get("SpecVersion")),
            enabled=flag(item.get("TpmEnabled")),
            ready=flag(item.get("TpmReady")),
        )
    item = cim.one(instances, "Win32_Tpm")
    if not item:
        return Tpm()
    return Tpm(
        present=True,
        version=spec_version(item.get("SpecVersion")),
        enabled=flag(item.get("IsEnabled_InitialValue")),
        ready=flag(item.get("IsReady_InitialValue")),
    )


def spec_version(value: object) -> str | None:
    """First part of the specification's version; "Not Supported" is none."""
    word = (clean(value, 60) or "").split(",")[0].strip()
    return word if version_tuple(word) else None


def document(tpm: Tpm) -> dict[str, Any]:
    """The part of the answer of ``parse windows11`` that tells the module."""
    return {
        "tpm_present": tpm.present,
        "tpm_version": tpm.version,
        "tpm_enabled": tpm.enabled,
        "tpm_ready": tpm.ready,
        "windows11_tpm_ok": tpm.fits_windows_11,
    }
