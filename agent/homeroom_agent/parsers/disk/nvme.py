"""NVMe log page 02h, "SMART / Health Information" (NVM Express Base Specification 2.0, figure 207).

512 bytes, little endian, counters of 128 bits, temperatures in kelvin. Windows gives it without administrator rights
where Microsoft's stornvme.sys drives the disk.
"""

import dataclasses
import struct
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.disk.attributes import MOST_HOURS
from homeroom_agent.parsers.disk.drive import Drive, document
from homeroom_agent.parsers.disk.temperature import celsius
from homeroom_agent.parsers.values import LARGEST, whole

SIZE = 512
_HEAD = struct.Struct("<BHBBB")
_POWER_ON_HOURS, _MEDIA_ERRORS = 128, 160
_ZERO_CELSIUS_KELVIN = 273
_WARNINGS = (
    "spare blocks are below the drive's threshold",
    "temperature is outside the drive's limits",
    "reliability is degraded by media or internal errors",
    "the drive has gone read-only",
    "backup of the volatile memory failed",
    "the persistent memory region is unreliable",
)


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.nvme-log02.bin`` capture."""
    return document([drive(raw)])


def drive(log: bytes, known: Drive | None = None) -> Drive:
    """What the log adds to what is known of the drive. Raises CaptureError where it is not 512 bytes.

    A log of one byte repeated was never filled in by the drive, and adds nothing.
    """
    if len(log) != SIZE:
        raise CaptureError(f"not NVMe log page 02h: {len(log)} bytes, not {SIZE}")
    found = known or Drive(type="nvme")
    if len(set(log)) == 1:
        return found
    critical, kelvin, spare, threshold, used = _HEAD.unpack_from(log)
    alarms = warnings(critical) or (warnings(1) if spare < threshold <= 100 else [])
    return dataclasses.replace(
        found,
        smart_passed=critical == 0,
        percent_used=used,
        available_spare_percent=whole(spare, 0, 100),
        media_errors=min(_counter(log, _MEDIA_ERRORS), LARGEST),
        power_on_hours=whole(_counter(log, _POWER_ON_HOURS), 0, MOST_HOURS),
        temperature_celsius=celsius(kelvin - _ZERO_CELSIUS_KELVIN) if kelvin else None,
        alarms=tuple(alarms),
    )


def warnings(critical_warning: int) -> list[str]:
    """The bits of the critical warning in words."""
    return [words for bit, words in enumerate(_WARNINGS) if critical_warning >> bit & 1]


def _counter(log: bytes, offset: int) -> int:
    return int.from_bytes(log[offset : offset + 16], "little")
