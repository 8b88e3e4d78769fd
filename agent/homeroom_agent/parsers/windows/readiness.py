"""Can this machine be Windows 11, and if not, why: Microsoft's published minimum, as facts in and reasons out.

What is not known is not held against the machine: it leaves the answer open, unless something else already says no.
"""

from dataclasses import dataclass, field

from homeroom_agent.parsers.windows.tpm import Tpm

# 4 GB and 64 GB are nominal: firmware takes its share of the memory, makers count decimal bytes and over-provision.
LEAST_MEMORY_BYTES = int(3.5 * 2**30)
LEAST_DISK_BYTES = int(0.9 * 64e9)
LEAST_CORES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What is known of the machine; None is unknown. ``memory_bytes`` is installed memory, else what is visible."""

    tpm: Tpm = field(default_factory=Tpm)
    uefi: bool | None = None
    processor_accepted: bool | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None


def verdict(computer: Computer) -> tuple[bool | None, list[str]]:
    """Whether the machine meets the minimum, None where that is open, and what is missing."""
    checks = [
        (computer.tpm.fits_windows_11, _tpm_reason(computer.tpm)),
        (computer.uefi, "firmware starts in BIOS mode, not UEFI"),
        (computer.processor_accepted, "processor is older than Windows 11 accepts"),
        (_at_least(computer.cores, LEAST_CORES), f"fewer than {LEAST_CORES} processor cores"),
        (_at_least(computer.memory_bytes, LEAST_MEMORY_BYTES), "less than 4 GB of memory"),
        (_at_least(computer.disk_bytes, LEAST_DISK_BYTES), "disk is smaller than 64 GB"),
    ]
    reasons = [reason for passed, reason in checks if passed is False]
    if reasons:
        return False, reasons
    return (None, []) if any(passed is None for passed, _ in checks) else (True, [])


def _tpm_reason(tpm: Tpm) -> str:
    if tpm.present is False:
        return "no TPM found; it may be switched off in the firmware"
    return "TPM is switched off" if tpm.enabled is False else "TPM is older than 2.0"


def _at_least(amount: int | None, least: int) -> bool | None:
    return None if amount is None else amount >= least
