"""The resident half: it starts real processes, believes what they tell, and survives whatever they do."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from homeroom_agent import supervisor
from homeroom_agent.clock import Clock
from homeroom_agent.supervisor import DELIVER, MEASURE, Supervisor


class Launches:
    """Starts one small program after the other; the last one has the supervisor stop."""

    def __init__(self, *programs: str | OSError) -> None:
        self.programs = list(programs)
        self.asked: list[Sequence[str]] = []
        self.clock = Clock()
        self.supervisor = Supervisor(self, self.clock)

    def __call__(self, arguments: Sequence[str]) -> "subprocess.Popen[str]":
        self.asked.append(arguments)
        program = self.programs.pop(0) if self.programs else ""
        if not self.programs:
            self.clock.stop()
        if isinstance(program, OSError):
            raise program
        return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_it_measures_and_sends_when_it_was_told_to_and_sending_does_not_move_the_next_measurement():
    launches = Launches("print('next=0.2\\nretry=0')", "print('next=60')", "print()")
    assert launches.supervisor.run() == 0
    assert launches.asked == [MEASURE, DELIVER, MEASURE]


def test_a_configuration_that_cannot_be_used_at_the_start_ends_it_with_2():
    assert Launches("raise SystemExit(2)", "").supervisor.run() == 2


def test_a_configuration_that_breaks_later_does_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervisor, "_FALLBACK_SECONDS", 0.0)
    launches = Launches("print('next=0')", "raise SystemExit(2)", "print('next=0')", "")
    assert launches.supervisor.run() == 0
    assert len(launches.asked) == 4


@pytest.mark.parametrize(
    "bad", ["import os; os.abort()", "print('next=soon')", "print('nonsense')", OSError(12, "no memory")]
)
def test_a_process_that_fails_is_started_again_later(monkeypatch: pytest.MonkeyPatch, bad: str | OSError):
    monkeypatch.setattr(supervisor, "_FALLBACK_SECONDS", 0.05)
    launches = Launches("print('next=0')", bad, "")
    assert launches.supervisor.run() == 0
    assert launches.asked == [MEASURE] * 3


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervisor, "_PROCESS_SECONDS", 0.3)
    monkeypatch.setattr(supervisor, "_FALLBACK_SECONDS", 0.0)
    started = time.monotonic()
    assert Launches("import time; time.sleep(60)", "").supervisor.run() == 0
    assert time.monotonic() - started < 30


def test_a_clean_end_leaves_the_mark_that_the_process_asked_for(tmp_path: Path):
    mark = tmp_path / "ended"
    Launches(f"print('boot=b-1\\nmark={mark}\\nnext=0')", "").supervisor.run()
    assert mark.read_text() == "b-1"


def test_a_mark_that_cannot_be_written_is_said_and_no_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert Launches(f"print('boot=b-1\\nmark={tmp_path}/none/ended\\nnext=0')", "").supervisor.run() == 0
    assert "No such file" in capsys.readouterr().err


def test_a_wait_ends_when_the_agent_is_to_stop_and_not_before():
    clock = Clock()
    assert not clock.wait(0.01)
    threading.Timer(0.05, clock.stop).start()
    started = time.monotonic()
    assert clock.wait(100)
    assert time.monotonic() - started < 50
    assert clock.wait(100)


def test_a_machine_that_slept_through_its_wait_reports_soon_after_it_wakes(monkeypatch: pytest.MonkeyPatch):
    class Sleeper(Clock):
        slept_seconds = 0.0

        def steady(self) -> float:
            return super().steady() + self.slept_seconds

    monkeypatch.setattr("homeroom_agent.clock._LOOK_SECONDS", 0.05)
    clock = Sleeper()
    threading.Timer(0.2, lambda: setattr(clock, "slept_seconds", 8 * 3600.0)).start()
    started = time.monotonic()
    assert not clock.wait(300)
    assert time.monotonic() - started < 60
