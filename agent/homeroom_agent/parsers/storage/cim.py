"""Windows: Win32_LogicalDisk. Fixed disks only; a volume's label is not read."""

from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.values import clean, share, whole

_FIXED = 3  # DriveType


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return document(cim.from_json(raw))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return document(cim.from_list(raw))


def document(instances: cim.Instances) -> dict[str, Any]:
    """The answer of ``parse storage``."""
    disks = instances.get("Win32_LogicalDisk", [])
    return {"volumes": [_row(disk) for disk in disks if whole(disk.get("DriveType")) == _FIXED]}


def _row(disk: cim.Instance) -> dict[str, Any]:
    size, free = whole(disk.get("Size"), 1), whole(disk.get("FreeSpace"))
    return {
        "mount": clean(disk.get("DeviceID"), 8),
        "filesystem": clean(disk.get("FileSystem"), 32),
        "total_bytes": size,
        "free_bytes": free,
        "used_ratio": None if size is None or free is None else share(max(size - free, 0), size),
    }
