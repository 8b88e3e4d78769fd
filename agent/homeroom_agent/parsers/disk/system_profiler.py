"""macOS: SPStorageDataType, SPNVMeDataType and SPSerialATADataType. No rights needed; seconds of work, so daily.

The volumes of one APFS container share its free space: they are counted once. Disk images, network volumes and
external disks are not the machine's storage.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from homeroom_agent.parsers.disk.drive import Drive, DriveType, document
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.system_profiler import Section, nested, sections
from homeroom_agent.parsers.values import clean, flag, whole

_CONTROLLERS: dict[str, DriveType] = {"SPNVMeDataType": "nvme", "SPSerialATADataType": "unknown"}
_EXTERNAL = re.compile(
    r"usb|firewire|thunderbolt|disk image|virtual interface|secure digital|sd card|network|smb|afp", re.I
)
_OPTICAL = re.compile(r"\bDVD|\bCD-?R|\bBD-?R|SuperDrive|\bODD\b", re.IGNORECASE)
_SMART = {"verified": True, "failing": False, "failed": False}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` or ``.system_profiler.plist`` capture."""
    report = sections(raw)
    return document(drives(report), storage=storage(report))


def drives(report: dict[str, Section]) -> list[Drive]:
    """Built-in drives; what the controllers say of one is preferred to what its volumes say."""
    found = [
        _from_controller(item, kind)
        for name, kind in _CONTROLLERS.items()
        for item in nested(report.get(name, []))
        if "device_model" in item or "smart_status" in item
    ]
    built_in = [drive for drive in found if not drive.external]
    known = {drive.model for drive in found}
    return built_in + [drive for drive in _from_volumes(report) if drive.model not in known]


def storage(report: dict[str, Section]) -> dict[str, int] | None:
    """Size and free space of the built-in containers; None where none says."""
    containers: dict[str, tuple[int, int]] = {}
    for volume in _internal_volumes(report):
        size, free = whole(volume.get("size_in_bytes"), 1), whole(volume.get("free_space_in_bytes"))
        if size is not None and free is not None:
            containers.setdefault(_container(volume, size), (size, free))
    if not containers:
        return None
    return {
        "total_bytes": sum(size for size, _ in containers.values()),
        "free_bytes": sum(free for _, free in containers.values()),
    }


def _container(volume: Mapping[str, Any], size: int) -> str:
    """disk3s5 and disk3s1s1 are volumes of the container disk3; partitions of an HFS disk have their own sizes."""
    match = re.match(r"(disk\d+)", clean(volume.get("bsd_name"), 40) or "")
    return f"{match[1] if match else ''} {size}"


def _internal_volumes(report: dict[str, Section]) -> Iterator[Mapping[str, Any]]:
    for volume in report.get("SPStorageDataType", []):
        physical = _physical(volume)
        if physical and not _is_external(physical):
            yield volume


def _physical(volume: Mapping[str, Any]) -> Mapping[str, Any]:
    """The drive under a volume; empty for a network volume. CoreStorage lists its physical volumes instead."""
    physical = volume.get("physical_drive")
    if not isinstance(physical, Mapping):
        members = volume.get("com.apple.corestorage.pv")
        physical = members[0] if isinstance(members, list) and members else {}
    return physical if isinstance(physical, Mapping) else {}


def _is_external(physical: Mapping[str, Any]) -> bool:
    internal = flag(physical.get("is_internal_disk"))
    return internal is False or _EXTERNAL.search(clean(physical.get("protocol"), 40) or "") is not None


def _from_volumes(report: dict[str, Section]) -> list[Drive]:
    found: dict[str, Drive] = {}
    for volume in _internal_volumes(report):
        physical = _physical(volume)
        model = real_text(physical.get("device_name"), 80) or real_text(physical.get("media_name"), 80)
        medium = (clean(physical.get("medium_type"), 20) or "").lower()
        kind: DriveType = (
            "ssd" if "ssd" in medium or "solid" in medium else "hdd" if "rotational" in medium else "unknown"
        )
        drive = Drive(name=_base_name(volume), model=model, type=kind, smart_passed=_smart(physical))
        found.setdefault(model or drive.name, drive)
    return list(found.values())


def _from_controller(item: Mapping[str, Any], kind: DriveType) -> Drive:
    medium = (clean(item.get("spsata_medium_type"), 40) or "").lower()
    if kind == "unknown":
        kind = "ssd" if "solid" in medium else "hdd" if "rotational" in medium else "unknown"
    if _OPTICAL.search(clean(item.get("_name"), 80) or clean(item.get("device_model"), 80) or ""):
        kind = "optical"
    return Drive(
        name=_base_name(item),
        model=real_text(item.get("device_model"), 80) or real_text(item.get("_name"), 80),
        serial_present=real_text(item.get("device_serial")) is not None,
        type=kind,
        smart_passed=_smart(item),
        capacity_bytes=whole(item.get("size_in_bytes"), 1),
        external=flag(item.get("removable_media")) is True or flag(item.get("detachable_drive")) is True,
    )


def _base_name(item: Mapping[str, Any]) -> str:
    match = re.match(r"disk\d{1,4}", clean(item.get("bsd_name"), 40) or "")
    return match[0] if match else "disk"


def _smart(item: Mapping[str, Any]) -> bool | None:
    return _SMART.get((clean(item.get("smart_status"), 40) or "").lower())
