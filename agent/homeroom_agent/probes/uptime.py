"""How long the machine has run, with and without sleep. Boots are counted by the service, which keeps them on disk."""

from __future__ import annotations

import time

import psutil

from homeroom_agent.probes import Facts
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
    boottime = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: counts through sleep, untouched by clock changes
    if boottime is not None:
        return time.clock_gettime(boottime)
    return max(0.0, time.time() - psutil.boot_time())


def _awake_seconds() -> float | None:
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    uptime_raw = getattr(time, "CLOCK_UPTIME_RAW", None)  # macOS: mach_absolute_time, which stops in sleep
    return None if uptime_raw is None else time.clock_gettime(uptime_raw)
