"""smartctl is run rarely, its facts are remembered, and its absence costs nothing else."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pytest

from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.probes import _smartctl


class Smartctl:
    """A program that answers what it is told and counts its runs."""

    def __init__(self, output: bytes | None) -> None:
        self.output = output
        self.runs: list[Sequence[str]] = []

    def __call__(self, command: Sequence[str], timeout_seconds: float) -> bytes | None:
        self.runs.append(command)
        return self.output


HEALTH = {"percentage_used": 12, "available_spare": 99, "media_errors": 0, "critical_warning": 0}
REPORT = json.dumps(
    {
        "smartctl": {"exit_status": 4},
        "device": {"name": "/dev/nvme0", "protocol": "NVMe"},
        "model_name": "PM951",
        "serial_number": "S29NNXBG482917",
        "smart_status": {"passed": True},
        "nvme_smart_health_information_log": HEALTH,
    }
).encode()
BUILT_IN = Drive(name="nvme0n1", type="nvme", model="PM951", temperature_celsius=40.0)


def ask(drives: list[Drive], memory: dict[str, Any], program: Smartctl, now: float) -> list[Drive]:
    return _smartctl.detailed(drives, memory, "smartctl", device_prefix="/dev/", now=now, runner=program)


def test_smartctl_is_asked_once_a_day_and_remembered_in_between():
    program, memory = Smartctl(REPORT), dict[str, Any]()
    for now in (0.0, 3600.0, 80_000.0):
        (found,) = ask([BUILT_IN], memory, program, now)
        assert (found.percent_used, found.smart_passed, found.name, found.temperature_celsius) == (
            12,
            True,
            "nvme0n1",
            40.0,
        )
    ask([BUILT_IN], memory, program, 90_000.0)
    assert len(program.runs) == 2
    assert program.runs[0] == ("smartctl", "--json", "--xall", "--nocheck=standby", "/dev/nvme0n1")


def test_what_is_remembered_survives_the_disk_and_holds_no_serial_number():
    memory: dict[str, Any] = {}
    ask([BUILT_IN], memory, Smartctl(REPORT), 0.0)
    kept = json.loads(json.dumps(memory))
    assert "S29NNXBG482917" not in json.dumps(kept)
    (found,) = ask([BUILT_IN], kept, Smartctl(None), 10.0)
    assert (found.percent_used, found.alarms) == (12, ())


def test_a_sleeping_disk_keeps_what_was_known():
    memory: dict[str, Any] = {}
    ask([BUILT_IN], memory, Smartctl(REPORT), 0.0)
    asleep = Smartctl(json.dumps({"smartctl": {"exit_status": 2}, "device": {"name": "/dev/nvme0"}}).encode())
    (found,) = ask([BUILT_IN], memory, asleep, 90_000.0)
    assert (found.percent_used, len(asleep.runs)) == (12, 1)


@pytest.mark.parametrize("output", [None, b"", b"not JSON", b"[]", b"{}"])
def test_a_smartctl_that_fails_leaves_the_drive_as_it_was(output: bytes | None):
    assert ask([BUILT_IN], {}, Smartctl(output), 0.0) == [BUILT_IN]


def test_what_a_student_plugged_in_is_not_asked():
    program = Smartctl(REPORT)
    ask([dataclasses.replace(BUILT_IN, external=True), dataclasses.replace(BUILT_IN, type="virtual")], {}, program, 0.0)
    assert program.runs == []


def test_a_memory_of_another_version_is_not_believed():
    memory = {"smartctl": {"nvme0n1": {"at": 0.0, "facts": {"no_longer_a_field": 1}}}}
    assert ask([BUILT_IN], memory, Smartctl(None), 10.0) == [BUILT_IN]
