"""Windows of maintenance: problems are not made while they last, and end when they end. Pure.

A window on a device covers everything behind it, for the cause is what is looked at: what the device explains is not
made either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when, Unix seconds, at a school, at a device, or (both empty) everywhere."""

    starts_at: float
    ends_at: float
    school_id: str = ""
    device_id: str = ""
    reason: str = ""
    author: str = ""
    window_id: int = 0

    def covers(self, now: float, school: str, device: str) -> bool:
        """Whether something about this device of this school is under maintenance now."""
        if not self.starts_at <= now < self.ends_at:
            return False
        if self.device_id:
            return self.device_id == device
        return self.school_id in ("", school)


def under_maintenance(windows: Iterable[Window], now: float, school: str, devices: Iterable[str]) -> bool:
    """Whether one of the windows covers a school, or one of these devices: what is judged, and what it hangs from."""
    asked = tuple(devices)
    return any(window.covers(now, school, device) for window in windows for device in asked or ("",))
