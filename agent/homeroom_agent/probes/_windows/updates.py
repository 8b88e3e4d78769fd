"""Windows: which release runs, whether a restart is due, when it was last updated; from the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.windows import system

Values = Callable[[str], Mapping[str, int | str | bytes]]
Exists = Callable[[str], bool]
ModifiedAt = Callable[[str], "float | None"]

VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_SERVICING = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing"
_UPDATE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update"
_RESTART_MARKS = (rf"{_SERVICING}\RebootPending", rf"{_UPDATE}\RebootRequired")


def release(values: Values) -> Release:
    """Name, version and full build."""
    plain = {name: value for name, value in values(VERSION).items() if isinstance(value, int | str)}
    return system.from_registry(plain).release()


def pending_reboot(exists: Exists) -> bool:
    """Whether servicing or Windows Update waits for a restart; the keys exist only while one is due."""
    return any(exists(mark) for mark in _RESTART_MARKS)


def last_update_at(values: Values, modified_at: ModifiedAt) -> float | None:
    """Windows Update's own note where it still keeps one (UTC), else when the list of packages last changed."""
    noted = values(rf"{_UPDATE}\Results\Install").get("LastSuccessTime")
    try:
        return datetime.strptime(str(noted), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return modified_at(rf"{_SERVICING}\Packages")
