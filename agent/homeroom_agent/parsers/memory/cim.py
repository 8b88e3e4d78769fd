"""Windows: Win32_OperatingSystem counts memory in KiB, Win32_ComputerSystem and Win32_PhysicalMemory in bytes."""

from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.memory.meminfo import Amounts, document
from homeroom_agent.parsers.values import whole


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return _document(cim.from_json(raw))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return _document(cim.from_list(raw))


def _document(instances: cim.Instances) -> dict[str, Any]:
    system = cim.one(instances, "Win32_OperatingSystem")
    total = kib(system.get("TotalVisibleMemorySize"))
    if total is None:
        total = whole(cim.one(instances, "Win32_ComputerSystem").get("TotalPhysicalMemory"), 1)
    found = Amounts(total=total, available=kib(system.get("FreePhysicalMemory")))
    return document(found) | {"installed_bytes": installed_bytes(instances)}


def installed_bytes(instances: cim.Instances) -> int | None:
    """Size of the modules together."""
    sizes = [whole(module.get("Capacity"), 1) for module in instances.get("Win32_PhysicalMemory", [])]
    known = [size for size in sizes if size is not None]
    return sum(known) if known else None


def kib(value: object) -> int | None:
    """A number of KiB in bytes."""
    amount = whole(value, 0, 2**53)
    return None if amount is None else amount * 1024
