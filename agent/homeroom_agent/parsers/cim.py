"""Instances of CIM classes as Windows' tools print them: PowerShell's ConvertTo-Json, or wmic's key=value list.

ConvertTo-Json (5.1) writes one instance as an object and several as an array, sometimes wrapped in an object with
``value`` and ``Count``; numbers may be strings. No instance prints nothing at all. What is read is keyed by class; an
instance whose class is not named is recognised by a property that only its class has.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import whole

Instance = dict[str, Any]
Instances = dict[str, list[Instance]]

_MOST = 256  # instances of one class; a laptop has a handful

# Class -> a property that tells it from the others.
_MARKS = {
    "BatteryStaticData": "DesignedCapacity",
    "BatteryFullChargedCapacity": "FullChargedCapacity",
    "BatteryCycleCount": "CycleCount",
    "BatteryStatus": "RemainingCapacity",
    "Win32_Battery": "EstimatedChargeRemaining",
    "MSFT_PhysicalDisk": "MediaType",
    "MSFT_StorageReliabilityCounter": "Wear",
    "Win32_DiskDrive": "InterfaceType",
    "MSStorageDriver_FailurePredictStatus": "PredictFailure",
    "Win32_LogicalDisk": "DriveType",
    "Win32_ComputerSystem": "PCSystemType",
    "Win32_ComputerSystemProduct": "IdentifyingNumber",
    "Win32_BIOS": "SMBIOSBIOSVersion",
    "Win32_SystemEnclosure": "ChassisTypes",
    "Win32_BaseBoard": "HostingBoard",
    "Win32_OperatingSystem": "BuildNumber",
    "Win32_PhysicalMemory": "FormFactor",
    "Win32_Processor": "NumberOfCores",
    "Win32_Tpm": "SpecVersion",
    "Get-Tpm": "TpmPresent",
    "MSAcpi_ThermalZoneTemperature": "CurrentTemperature",
    "Win32_PerfFormattedData_Counters_ThermalZoneInformation": "HighPrecisionTemperature",
    "MSFT_NetAdapter": "MediaConnectState",
    "Win32_NetworkAdapter": "NetConnectionStatus",
}

# Get-NetAdapter and Get-PhysicalDisk print words where the classes have numbers, under other names.
_ALSO = {"MSFT_NetAdapter": "LinkSpeed"}


def from_json(raw: bytes) -> Instances:
    """Instances of a ``.cim.json`` capture. Raises CaptureError where it is not JSON or holds something else."""
    if not capture.text(raw).strip():
        return {}
    document = capture.json_value(raw)
    found = _by_class(document) if isinstance(document, dict) else {}
    if not found:
        found = _recognised(list(_items(document))) or _recognised(list(_inside(document)))
    if not found and document not in (None, [], {}):
        raise CaptureError("not instances of a CIM class that this agent knows")
    return found


def from_list(raw: bytes) -> Instances:
    """Instances of a wmic ``/format:list`` capture; an empty value is a property that is null."""
    blocks = re.split(r"\n\s*\n", capture.text(raw))
    items = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
    instances = [{key.strip(): value or None for key, value in item.items()} for item in items if item]
    if not instances:
        raise CaptureError("not a wmic list: it has no Key=Value line")
    return _recognised(instances[:_MOST])


def one(instances: Instances, name: str) -> Instance:
    """The first instance of a class; empty where there is none."""
    return next(iter(instances.get(name, ())), {})


def moment(value: object) -> datetime | None:
    r"""A CIM date: ``yyyymmddHHMMSS.ffffff+MMM`` (offset in minutes), or ConvertTo-Json's ``/Date(milliseconds)/``."""
    if not isinstance(value, str):
        return None
    try:
        if match := re.fullmatch(r"(\d{14})\.\d{6}([+-]\d{3})", value.strip()):
            zone = timezone(timedelta(minutes=int(match[2])))
            return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=zone)
        if match := re.fullmatch(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/", value.strip()):
            return datetime.fromtimestamp(int(match[1]) / 1000, UTC)
        parsed = datetime.fromisoformat(value.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else None


def numbers(value: object) -> list[int]:
    """An array property; wmic writes it ``{1,2}``, ConvertTo-Json as an array or, with one element, as a number."""
    if isinstance(value, str):
        value = value.strip().strip("{}").split(",")
    items = value if isinstance(value, list) else [value]
    return [number for item in items[:_MOST] if (number := whole(item)) is not None]


def _by_class(document: dict[str, Any]) -> Instances:
    named = {key: value for key, value in document.items() if key in _MARKS and isinstance(value, dict | list | None)}
    return {name: list(_items(value)) for name, value in named.items()}


def _items(value: object) -> Iterator[Instance]:
    if isinstance(value, dict) and isinstance(value.get("value"), list) and "Count" in value:
        value = value["value"]
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value[:_MOST] if isinstance(item, dict))


def _inside(document: object) -> Iterator[Instance]:
    """Instances under names of a script's own, such as ``{"disks": [...], "counters": [...]}``."""
    if isinstance(document, dict):
        for value in itertools.islice(document.values(), _MOST):
            yield from _items(value)


def _recognised(items: list[Instance]) -> Instances:
    found: Instances = {}
    for item in items:
        for name in _classes(item):
            found.setdefault(name, []).append(item)
    return found


def _classes(item: Instance) -> list[str]:
    """Class that the instance names, else every class whose mark it bears: a script may join several into one."""
    cim_class = item.get("CimClass")
    stated = cim_class.get("CimClassName") if isinstance(cim_class, dict) else None
    for name in (stated, item.get("__CLASS"), item.get("CreationClassName")):
        if isinstance(name, str) and name.rpartition(":")[2] in _MARKS:
            return [name.rpartition(":")[2]]
    return [name for name, mark in _MARKS.items() if mark in item or _ALSO.get(name, mark) in item]
