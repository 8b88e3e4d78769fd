"""macOS: the system's own programs and files. Their answers are parsed elsewhere; here they are fetched.

system_profiler works for seconds, so what it tells is kept for a day; ioreg answers in milliseconds.
"""

from __future__ import annotations

import time
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import system_profiler
from homeroom_agent.probes._programs import Runner, run

_IOREG, _SYSTEM_PROFILER = "/usr/sbin/ioreg", "/usr/sbin/system_profiler"
_IOREG_SECONDS, _PROFILER_SECONDS = 10.0, 60.0


def ioreg(*arguments: str, runner: Runner = run) -> bytes:
    """Property list of the matching services; empty where nothing matches or ioreg did not answer."""
    return runner((_IOREG, "-a", "-r", *arguments), _IOREG_SECONDS) or b""


def profile(*data_types: str, runner: Runner = run) -> dict[str, system_profiler.Section]:
    """Reports of system_profiler by data type; empty where it did not answer."""
    output = runner((_SYSTEM_PROFILER, "-json", *data_types), _PROFILER_SECONDS)
    try:
        return system_profiler.sections(output) if output else {}
    except CaptureError:
        return {}


def is_due(memory: dict[str, Any], key: str, every_seconds: float, now: float | None = None) -> bool:
    """Whether something done rarely is due; if so, it is noted as done. A clock set back makes it due."""
    moment = time.time() if now is None else now
    due = not 0 <= moment - memory.get(key, -1e12) < every_seconds
    if due:
        memory[key] = moment
    return due
