"""Which parser reads which kind of fact in which format; imported when asked for, not before."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from homeroom_agent.errors import CaptureFormatError
from homeroom_agent.parsers import capture

_HERE = "homeroom_agent.parsers"

# kind -> suffix of the file's name -> module with ``parse(raw: bytes) -> dict``, or ``module:function``.
FORMATS: dict[str, dict[str, str]] = {
    "battery": {
        ".sysfs.json": "battery.sysfs",
        ".ioreg.plist": "battery.ioreg",
        ".system_profiler.json": "battery.system_profiler",
        ".powercfg.xml": "battery.powercfg",
        ".ioctl.json": "battery.ioctl",
        ".cim.json": "battery.cim",
        ".wmic-list.txt": "battery.cim:parse_list",
        ".ioreg.txt": "battery.ioreg_text",
        ".pmset.txt": "battery.pmset",
        ".upower.txt": "battery.upower",
        ".system_profiler.txt": "battery.system_profiler:parse_text",
    },
    "disk": {
        ".sysfs.json": "disk.sysfs",
        ".smartctl.json": "disk.smartctl",
        ".nvme-log02.bin": "disk.nvme",
        ".cim.json": "disk.cim",
        ".system_profiler.json": "disk.system_profiler",
        ".system_profiler.plist": "disk.system_profiler",
        ".wmic-list.txt": "disk.cim:parse_list",
        ".wmic-table.txt": "disk.wmic_table",
        ".smartctl.txt": "disk.smartctl_text",
    },
    "dmi": {
        ".sysfs.json": "dmi.sysfs",
        ".cim.json": "dmi.cim",
        ".system_profiler.json": "dmi.system_profiler",
        ".system_profiler.plist": "dmi.system_profiler",
        ".wmic-list.txt": "dmi.cim:parse_list",
        ".ioreg.plist": "dmi.ioreg",
        ".smbios.bin": "dmi.smbios",
        ".system_profiler.txt": "dmi.system_profiler:parse_text",
        ".dmidecode.txt": "dmi.dmidecode",
    },
    "thermal": {
        ".sysfs.json": "thermal.sysfs",
        ".cim.json": "thermal.cim",
        ".wmic-list.txt": "thermal.cim:parse_list",
        ".system_profiler.json": "thermal.system_profiler",
    },
    "network": {
        ".sysfs.json": "network.sysfs",
        ".cim.json": "network.cim",
        ".system_profiler.json": "network.system_profiler",
        ".system_profiler.plist": "network.system_profiler",
        ".wmic-list.txt": "network.cim:parse_list",
        ".iw.txt": "network.iw",
        ".iwconfig.txt": "network.iw:parse_iwconfig",
        ".netsh.txt": "network.netsh",
    },
    "memory": {
        ".meminfo.txt": "memory.meminfo",
        ".cim.json": "memory.cim",
        ".wmic-list.txt": "memory.cim:parse_list",
    },
    "os": {
        ".os-release.txt": "os.os_release",
        ".system_profiler.json": "os.system_profiler",
        ".system_profiler.txt": "os.system_profiler:parse_text",
        ".reg-query.txt": "windows.captures:parse_registry",
        ".cim.json": "windows.captures:parse_cim",
        ".wmic-list.txt": "windows.captures:parse_list",
    },
    "windows11": {
        ".reg-query.txt": "windows.captures:parse_registry",
        ".cim.json": "windows.captures:parse_cim",
        ".wmic-list.txt": "windows.captures:parse_list",
        ".tpmtool.txt": "windows.tpm_text:parse_tpmtool",
        ".get-tpm.txt": "windows.tpm_text:parse_get_tpm",
    },
    "display": {
        ".sysfs.json": "display.sysfs",
        ".edid.bin": "display.edid",
        ".system_profiler.json": "display.system_profiler",
        ".system_profiler.plist": "display.system_profiler",
    },
    "storage": {
        ".cim.json": "storage.cim",
        ".wmic-list.txt": "storage.cim:parse_list",
    },
}


def parse(kind: str, path: Path) -> dict[str, Any]:
    """Facts of one captured file, in the shape that the contract of ``homeroom-agent parse`` names.

    Raises CaptureFormatError where nothing reads that kind in that format, CaptureError where the file cannot be
    read or is not what its name claims.
    """
    read = parser_for(kind, path.name)
    return read(capture.read(path))


def parser_for(kind: str, name: str) -> Callable[[bytes], dict[str, Any]]:
    """What reads a file of this name as this kind. Raises CaptureFormatError."""
    formats = FORMATS.get(kind)
    if formats is None:
        raise CaptureFormatError(f"no such kind: {kind!r}; known are {', '.join(sorted(FORMATS))}")
    for suffix, place in formats.items():
        if name.endswith(suffix):
            module, _, function = place.partition(":")
            reader: Callable[[bytes], dict[str, Any]] = getattr(import_module(f"{_HERE}.{module}"), function or "parse")
            return reader
    raise CaptureFormatError(f"{name}: no parser for {kind} in this format; read are {', '.join(sorted(formats))}")
