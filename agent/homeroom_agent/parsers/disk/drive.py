"""One disk as every system's figures describe it, the verdict over all of them, and the shape that ``parse`` prints.

"PASSED" is not health: the drive's own verdict covers only the thresholds that its maker chose. The verdict here also
weighs media errors, reallocated and pending sectors, worn flash and used-up spare blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

DriveType = Literal["nvme", "ssd", "hdd", "emmc", "usb", "optical", "virtual", "unknown"]

# Rated life used: past this a drive is replaced in the next holidays, before it fails in a lesson.
WORN_PERCENT = 90
# A flash drive retires blocks all its life and keeps spares for it; a magnetic disk that reallocates at all is failing
# (Pinheiro et al., "Failure Trends in a Large Disk Drive Population", FAST 2007).
REALLOCATED_FLASH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """Facts of one drive; None is "the system does not say". Percentages are the drive's own, 0 to 100 and beyond."""

    name: str = ""
    model: str | None = None
    serial_present: bool | None = None
    type: DriveType = "unknown"
    smart_passed: bool | None = None
    percent_used: int | None = None
    available_spare_percent: int | None = None
    media_errors: int | None = None
    reallocated: int | None = None
    pending: int | None = None
    power_on_hours: int | None = None
    temperature_celsius: float | None = None
    capacity_bytes: int | None = None
    # Found by one interface only and weighed in the verdict: critical warnings, failing attributes, uncorrected reads.
    alarms: tuple[str, ...] = ()
    external: bool = False

    @property
    def failing(self) -> bool | None:
        """True: replace. False: nothing speaks for it. None: there is no evidence at all."""
        if self.findings():
            return True
        evidence = (self.smart_passed, self.percent_used, self.media_errors, self.reallocated, self.pending)
        return None if all(fact is None for fact in evidence) else False

    def findings(self) -> list[str]:
        """Why the drive should be replaced; empty where nothing says so."""
        reallocation_limit = 1 if self.type == "hdd" else REALLOCATED_FLASH
        found = list(self.alarms)
        found += ["the drive's own verdict is FAILED"] if self.smart_passed is False else []
        found += [f"{self.media_errors} media errors"] if self.media_errors else []
        found += [f"{self.pending} pending sectors"] if self.pending else []
        found += [f"{self.reallocated} reallocated"] if (self.reallocated or 0) >= reallocation_limit else []
        found += [f"{self.percent_used} % of rated life used"] if (self.percent_used or 0) >= WORN_PERCENT else []
        return found


def joined(basic: Drive, detailed: Drive) -> Drive:
    """What two interfaces say of one drive: the detailed one's figures where it has them, the basic one's identity."""
    kept: dict[str, Any] = {"name": basic.name, "external": basic.external, "model": basic.model or detailed.model}
    kept["type"] = detailed.type if basic.type == "unknown" else basic.type
    stated = {field.name: getattr(detailed, field.name) for field in fields(Drive) if field.name not in kept}
    return replace(basic, **{name: value for name, value in stated.items() if value not in (None, ())}, **kept)


def document(drives: Sequence[Drive], **more: Any) -> dict[str, Any]:
    """The answer of ``parse disk``."""
    return {"disks": [_row(drive) for drive in drives]} | more


def _row(drive: Drive) -> dict[str, Any]:
    return {
        "name": drive.name or None,
        "model": drive.model,
        "serial_present": drive.serial_present,
        "type": drive.type,
        "smart_passed": drive.smart_passed,
        "percent_used": drive.percent_used,
        "available_spare": drive.available_spare_percent,
        "media_errors": drive.media_errors,
        "reallocated": drive.reallocated,
        "pending": drive.pending,
        "power_on_hours": drive.power_on_hours,
        "temperature_celsius": drive.temperature_celsius,
        "capacity_bytes": drive.capacity_bytes,
        "must_flag": drive.failing,
        "findings": drive.findings(),
    }
