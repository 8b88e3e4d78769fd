r"""Windows: MSFT_PhysicalDisk (no rights), MSFT_StorageReliabilityCounter and MSStorageDriver_* (administrators only).

Lists come in any order and are joined by DeviceId. The CIM classes give numbers, Get-PhysicalDisk words. Without
administrator rights the counters are an empty list, which is not "no errors".
"""

import re
from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.disk.attributes import MOST_HOURS
from homeroom_agent.parsers.disk.drive import Drive, DriveType, document
from homeroom_agent.parsers.disk.names import is_virtual
from homeroom_agent.parsers.disk.temperature import celsius
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import natural
from homeroom_agent.parsers.values import clean, flag, whole

# MSFT_PhysicalDisk.BusType and MediaType, by number and by the word that Get-PhysicalDisk prints.
_BUSES: dict[int | str, DriveType] = {
    **dict.fromkeys((17, "nvme"), "nvme"),
    **dict.fromkeys((7, "usb"), "usb"),
    **dict.fromkeys((13, "mmc"), "emmc"),
    **dict.fromkeys((14, 15, "virtual", "file backed virtual"), "virtual"),
}
_MEDIA: dict[int | str, DriveType] = {**dict.fromkeys((3, "hdd"), "hdd"), **dict.fromkeys((4, "ssd"), "ssd")}
_HEALTH: dict[int | str, bool] = {0: True, "healthy": True, 1: False, "warning": False, 2: False, "unhealthy": False}
_PREDICTIVE_FAILURE = 5  # MSFT_PhysicalDisk.OperationalStatus
# PowerOnHours is a UInt16: at its end it has stopped counting.
_SATURATED = 65_535


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return document(drives(cim.from_json(raw)))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return document(drives(cim.from_list(raw)))


def drives(instances: cim.Instances) -> list[Drive]:
    """Every physical disk in the order of its number; Win32_DiskDrive where the storage classes were not asked."""
    disks = sorted(instances.get("MSFT_PhysicalDisk", []), key=_order)
    if disks:
        return [_drive(disk, instances, alone=len(disks) == 1) for disk in disks]
    basic = sorted(instances.get("Win32_DiskDrive", []), key=_order)
    if basic:
        return [_from_win32(disk, instances, alone=len(basic) == 1) for disk in basic]
    counters = sorted(instances.get("MSFT_StorageReliabilityCounter", []), key=_order)
    if counters:
        return [_drive({"DeviceId": _device_id(item)}, instances, alone=len(counters) == 1) for item in counters]
    return [_predicted(status) for status in instances.get("MSStorageDriver_FailurePredictStatus", [])]


def _predicted(status: Mapping[str, Any]) -> Drive:
    """A drive of which only the prediction is known."""
    failing = flag(status.get("PredictFailure"))
    return Drive(name="disk", smart_passed=None if failing is None else not failing)


def _order(disk: Mapping[str, Any]) -> tuple[bool, list[tuple[int, str]]]:
    device = _device_id(disk)
    return device is None, natural(device or "")


def _device_id(disk: Mapping[str, Any]) -> str | None:
    value = disk.get("DeviceId", disk.get("DeviceID"))
    return clean(str(value) if isinstance(value, int) else value, 64)


def _word(value: object) -> int | str | None:
    """A number as such, a word in lower case."""
    number = whole(value)
    return number if number is not None else (clean(value, 40) or "").lower() or None


def _drive(disk: Mapping[str, Any], instances: cim.Instances, *, alone: bool) -> Drive:
    model = real_text(disk.get("Model"), 80) or real_text(disk.get("FriendlyName"), 80)
    kind = _type(disk, model)
    counters = _counters(disk, instances, alone=alone)
    predicted = _predicts_failure(disk, model, instances, alone=alone)
    passed = False if predicted else _HEALTH.get(_word(disk.get("HealthStatus")) or 0) if _stated(disk) else None
    return Drive(
        name=clean(f"disk{_device_id(disk)}" if _device_id(disk) else None, 32) or "disk",
        model=model,
        serial_present=real_text(disk.get("SerialNumber")) is not None,
        type=kind,
        smart_passed=passed,
        percent_used=_worn(kind, whole(counters.get("Wear"), 0, 255)),
        media_errors=_media_errors(counters),
        power_on_hours=_hours(counters),
        temperature_celsius=celsius(whole(counters.get("Temperature"), 1, 200)),
        capacity_bytes=whole(disk.get("Size"), 1),
        external=kind == "usb" or _word(disk.get("BusType")) in (12, "sd"),
    )


def _worn(kind: DriveType, wear: int | None) -> int | None:
    """A magnetic disk says 0, and so does what is not known to be flash."""
    return None if kind in ("hdd", "virtual") or (kind == "unknown" and not wear) else wear


def _stated(disk: Mapping[str, Any]) -> bool:
    return disk.get("HealthStatus") is not None


def _type(disk: Mapping[str, Any], model: str | None) -> DriveType:
    bus, media = _word(disk.get("BusType")), _word(disk.get("MediaType"))
    if is_virtual(model):
        return "virtual"
    return _BUSES.get(bus or 0) or _MEDIA.get(media or 0) or "unknown"


def _counters(disk: Mapping[str, Any], instances: cim.Instances, *, alone: bool) -> Mapping[str, Any]:
    """The reliability counters of the same disk; of the only disk where a capture gives no DeviceId."""
    counters = instances.get("MSFT_StorageReliabilityCounter", [])
    same = [item for item in counters if _device_id(item) is not None and _device_id(item) == _device_id(disk)]
    if not same and alone and len(counters) == 1 and None in (_device_id(counters[0]), _device_id(disk)):
        same = counters
    return same[0] if same else {}


def _media_errors(counters: Mapping[str, Any]) -> int | None:
    counts = [whole(counters.get(f"{way}ErrorsUncorrected")) for way in ("Read", "Write")]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _hours(counters: Mapping[str, Any]) -> int | None:
    hours = whole(counters.get("PowerOnHours"), 0, MOST_HOURS)
    return None if hours == _SATURATED else hours


def _predicts_failure(disk: Mapping[str, Any], model: str | None, instances: cim.Instances, *, alone: bool) -> bool:
    if _PREDICTIVE_FAILURE in cim.numbers(disk.get("OperationalStatus")):
        return True
    statuses = instances.get("MSStorageDriver_FailurePredictStatus", [])
    own = statuses if alone and len(statuses) == 1 else [s for s in statuses if _names(s, model)]
    return any(flag(status.get("PredictFailure")) for status in own)


def _names(status: Mapping[str, Any], model: str | None) -> bool:
    r"""InstanceName is the PnP id: ``SCSI\Disk&Ven_NVMe&Prod_KXG50ZNV512G_NVMe\…``, with blanks as underscores."""
    name, plain = clean(status.get("InstanceName"), 200), re.sub(r"\W", "_", model or "")
    return bool(name and len(plain) >= 8 and plain[:16].lower() in re.sub(r"\W", "_", name).lower())


def _from_win32(disk: Mapping[str, Any], instances: cim.Instances, *, alone: bool) -> Drive:
    """Win32_DiskDrive: Status "OK" says that Windows can use it, not that it is healthy; only "Pred Fail" is SMART."""
    model = real_text(disk.get("Model"), 80) or real_text(disk.get("Caption"), 80)
    bus = _word(disk.get("InterfaceType"))
    failing = _word(disk.get("Status")) == "pred fail" or _predicts_failure(disk, model, instances, alone=alone)
    nvme = re.search(r"\bnvme\b", f"{model or ''} {disk.get('PNPDeviceID', '')}"[:300], re.IGNORECASE) is not None
    return Drive(
        name=clean((_device_id(disk) or "").rpartition("\\")[2].lower(), 32) or "disk",
        model=model,
        serial_present=real_text(disk.get("SerialNumber")) is not None,
        type="virtual" if is_virtual(model) else "usb" if bus == "usb" else "nvme" if nvme else "unknown",
        smart_passed=False if failing else None,
        capacity_bytes=whole(disk.get("Size"), 1),
        external=bus == "usb",
    )
