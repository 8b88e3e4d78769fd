"""Processor: model, cores, clock, and how busy it was since the probe last ran."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil

from homeroom_agent.probes import Facts, _sysctl
from homeroom_agent.report import Cpu, Unavailable

NAME = "cpu"
INTERVAL = 0.0

_FIRST_WINDOW_SECONDS = 0.1


def read(memory: dict[str, Any]) -> Facts:
    """Share of time in use covers the span since the last run; on the first run of a boot, a tenth of a second."""
    logical = psutil.cpu_count()
    facts: dict[str, Any] = {
        "model": _model(),
        "physical_cores": psutil.cpu_count(logical=False),
        "logical_cores": logical,
        "usage_ratio": _usage_ratio(memory),
        "load_ratio": _load_ratio(logical),
        "frequency_hertz": _frequency_hertz(),
        "throttled_total": throttled_total(Path("/sys/devices/system/cpu")),
    }
    missing = [
        Unavailable(path=f"cpu.{name}", reason="this system does not say")
        for name, value in facts.items()
        if value is None
    ]
    return Facts({"cpu": Cpu(**facts)}, missing)


def _usage_ratio(memory: dict[str, Any]) -> float | None:
    busy, total = _times_seconds()
    previous_busy, previous_total = memory.get("busy_seconds", 0.0), memory.get("total_seconds", 0.0)
    if not 0 < previous_total < total or previous_busy > busy:  # the first run, or the first after a boot
        previous_busy, previous_total = busy, total
        psutil.cpu_percent(_FIRST_WINDOW_SECONDS)
        busy, total = _times_seconds()
    memory.update(busy_seconds=busy, total_seconds=total)
    span = total - previous_total
    return round(min(1.0, max(0.0, (busy - previous_busy) / span)), 4) if span > 0 else None


def _times_seconds() -> tuple[float, float]:
    """Busy and total processor time since boot, over all cores. Waiting for a disk is not being busy."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Linux counts guest time within user and nice already (proc(5)).
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return round(total - idle, 2), round(total, 2)


def _load_ratio(logical: int | None) -> float | None:
    if logical is None or not hasattr(psutil, "getloadavg") or psutil.WINDOWS:
        return None  # Windows keeps no load average; psutil would start a thread to imitate one
    return round(psutil.getloadavg()[0] / logical, 3)


def _frequency_hertz() -> float | None:
    try:
        frequency = psutil.cpu_freq()
    except (OSError, NotImplementedError, RuntimeError):  # psutil raises these where the kernel gives no frequency
        return None
    return round(frequency.current) * 1e6 if frequency and frequency.current > 0 else None


def _model() -> str | None:
    if sys.platform == "win32":
        import winreg

        path = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip() or None
    if sys.platform == "darwin":
        return _sysctl.text("machdep.cpu.brand_string")
    return linux_model(Path("/proc/cpuinfo"))


def linux_model(cpuinfo: Path) -> str | None:
    """Processor by ``/proc/cpuinfo``: ``model name`` on x86, else ``Hardware`` or ``Model`` of ARM kernels."""
    fields: dict[str, str] = {}
    with cpuinfo.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    return fields.get("model name") or fields.get("Hardware") or fields.get("Model") or None


def throttled_total(cpus: Path) -> int | None:
    """Times heat slowed a package down since boot, summed over packages (Linux, Intel only).

    Every core repeats its package's counter: Documentation/admin-guide/abi-testing, ``thermal_throttle``.
    """
    packages: dict[str, int] = {}
    for counter in cpus.glob("cpu[0-9]*/thermal_throttle/package_throttle_count"):
        package = (counter.parent.parent / "topology" / "physical_package_id").read_text().strip()
        packages[package] = max(packages.get(package, 0), int(counter.read_text()))
    return sum(packages.values()) if packages else None
