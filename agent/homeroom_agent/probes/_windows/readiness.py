"""Windows: gathers what Windows 11 asks for. Every source answers without administrator rights."""

import sys

assert sys.platform == "win32"

import psutil

from homeroom_agent.parsers.dmi import smbios
from homeroom_agent.parsers.values import flag
from homeroom_agent.parsers.windows import processor
from homeroom_agent.parsers.windows.readiness import Computer, verdict
from homeroom_agent.parsers.windows.tpm import Tpm
from homeroom_agent.probes._windows import firmware, kernel, registry, storage
from homeroom_agent.report import Windows11

_SECURE_BOOT = r"SYSTEM\CurrentControlSet\Control\SecureBoot\State"
_PROCESSOR = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"


def section() -> Windows11:
    """The verdict, and whether Secure Boot is on; None where it was not started by UEFI."""
    computer = _computer()
    ready, reasons = verdict(computer)
    return Windows11(
        ready=ready,
        tpm_version=computer.tpm.version,
        secure_boot=flag(registry.values(_SECURE_BOOT).get("UEFISecureBootEnabled")),
        uefi=computer.uefi,
        reasons=reasons or None,
    )


def _computer() -> Computer:
    present, version = kernel.tpm_version()
    installed = smbios.installed_bytes(firmware.table())
    built_in = [drive.capacity_bytes or 0 for drive in storage.drives(kernel.opened) if not drive.external]
    return Computer(
        tpm=Tpm(present=present, version=version),
        uefi=kernel.starts_with_uefi(),
        processor_accepted=processor.is_accepted(processor.from_registry(registry.values(_PROCESSOR))),
        cores=psutil.cpu_count(),
        memory_bytes=installed or psutil.virtual_memory().total,
        disk_bytes=max(built_in, default=0) or None,
    )
