"""How long the machine has run, with and without sleep. Boots are counted by the service, which keeps them on disk."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil

from homeroom_agent.probes import Facts, _sysctl
from homeroom_agent.report import Unavailable, Uptime

NAME = "uptime"
INTERVAL = 0.0


def read() -> Facts:
    """Time since boot, and the part of it that the machine was awake, where the system tells them apart."""
    uptime, awake = _since_boot_seconds(), _awake_seconds()
    missing = [Unavailable(path="uptime.awake_seconds", reason="this system has no clock that stops in sleep")]
    section = Uptime(uptime_seconds=round(uptime, 1), awake_seconds=None if awake is None else round(awake, 1))
    return Facts({"uptime": section}, missing if awake is None else [])


def _since_boot_seconds() -> float:
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)  # counts through sleep, untouched by clock changes
    return max(0.0, time.time() - psutil.boot_time())


def _awake_seconds() -> float | None:
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_UPTIME_RAW)  # mach_absolute_time, which stops in sleep
    return None


def boot_id() -> str:
    """Something that is different after each boot, and the same until then."""
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    if sys.platform == "win32":
        return f"windows:{_windows_boot_number()}"
    if sys.platform == "darwin" and (session := _sysctl.text("kern.bootsessionuuid")):
        return session
    return f"time:{psutil.boot_time():.0f}"


if sys.platform == "win32":

    def _windows_boot_number() -> int:
        """The number that Windows gives each boot, for its prefetcher."""
        import winreg

        path = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            return int(winreg.QueryValueEx(key, "BootId")[0])
