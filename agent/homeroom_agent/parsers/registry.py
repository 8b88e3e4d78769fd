"""Which parser reads which kind of fact in which format; imported when asked for, not before."""

from importlib import import_module
from pathlib import Path
from typing import Any

from homeroom_agent.errors import CaptureError, CaptureFormatError
from homeroom_agent.parsers import capture

_HERE = "homeroom_agent.parsers"

# kind -> suffix of the file's name -> module with ``parse(raw: bytes) -> dict``.
FORMATS: dict[str, dict[str, str]] = {
    "battery": {
        ".sysfs.json": "battery.sysfs",
    },
    "disk": {
        ".sysfs.json": "disk.sysfs",
    },
    "dmi": {
        ".sysfs.json": "dmi.sysfs",
    },
    "thermal": {
        ".sysfs.json": "thermal.sysfs",
    },
    "network": {
        ".sysfs.json": "network.sysfs",
    },
    "memory": {
        ".meminfo.txt": "memory.meminfo",
    },
    "os": {
        ".os-release.txt": "os.os_release",
    },
}


def parse(kind: str, path: Path) -> dict[str, Any]:
    """Facts of one captured file, in the shape that the contract of ``homeroom-agent parse`` names.

    Raises CaptureFormatError where nothing reads that kind in that format, CaptureError where the file cannot be
    read or is not what its name claims.
    """
    module = module_for(kind, path.name)
    raw = capture.read(path)
    facts: dict[str, Any] = import_module(f"{_HERE}.{module}").parse(raw)
    return facts


def module_for(kind: str, name: str) -> str:
    """Module that reads the format. Raises CaptureFormatError."""
    formats = FORMATS.get(kind)
    if formats is None:
        raise CaptureFormatError(f"no such kind: {kind!r}; known are {', '.join(sorted(FORMATS))}")
    for suffix, module in formats.items():
        if name.endswith(suffix):
            return module
    raise CaptureFormatError(f"{name}: no parser for {kind} in this format; read are {', '.join(sorted(formats))}")


__all__ = ["FORMATS", "CaptureError", "CaptureFormatError", "module_for", "parse"]
