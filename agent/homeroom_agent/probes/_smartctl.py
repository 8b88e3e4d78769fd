"""smartctl, where it is installed and the agent may use it: once a day for each disk, and never to wake one.

Its answers are kept between runs as facts, not as its report, which holds serial numbers.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Sequence
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.disk.drive import Drive, joined
from homeroom_agent.probes._programs import Runner, run

EVERY_SECONDS = 86_400.0
_TIMEOUT_SECONDS = 20.0
_ELSEWHERE = ("/usr/sbin/smartctl", "/usr/local/sbin/smartctl", r"C:\Program Files\smartmontools\bin\smartctl.exe")


def find() -> str | None:
    """Where smartctl is; service managers give a short PATH."""
    return shutil.which("smartctl") or next((path for path in _ELSEWHERE if shutil.which(path)), None)


def detailed(
    drives: Sequence[Drive],
    memory: dict[str, Any],
    program: str | None,
    *,
    device_prefix: str,
    now: float | None = None,
    runner: Runner = run,
) -> list[Drive]:
    """The drives with what smartctl says of the built-in ones, fresh or from the last day."""
    if program is None:
        return list(drives)
    moment = time.time() if now is None else now
    known = memory.setdefault("smartctl", {})
    for drive in drives:
        kept = known.get(drive.name, {})
        if not drive.external and drive.type != "virtual" and not 0 <= moment - kept.get("at", -1e12) < EVERY_SECONDS:
            found = _ask(program, device_prefix + drive.name, runner)
            # A disk that sleeps, or a smartctl that may not, keeps the old facts and is asked again tomorrow.
            known[drive.name] = {"at": moment, "facts": found or kept.get("facts")}
    return [_with(drive, known.get(drive.name, {}).get("facts")) for drive in drives]


def _ask(program: str, device: str, runner: Runner) -> dict[str, Any] | None:
    from homeroom_agent.parsers.disk import smartctl  # only where there is one

    output = runner((program, "--json", "--xall", "--nocheck=standby", device), _TIMEOUT_SECONDS)
    if not output:
        return None
    try:
        found = smartctl.parse_one(output)
    except CaptureError:
        return None
    return dataclasses.asdict(found) if found.failing is not None else None


def _with(drive: Drive, facts: object) -> Drive:
    if not isinstance(facts, dict):
        return drive
    names = {field.name for field in dataclasses.fields(Drive)}
    if not facts.keys() <= names:  # kept by an older version of the agent
        return drive
    return joined(drive, Drive(**{**facts, "alarms": tuple(facts.get("alarms", ()))}))
