"""``run``: stays, and does nothing but start a short-lived process when it is time to measure or to send.

What measures and sends needs 30 MB for a quarter of a second; what stays all day is this file and little else. A probe
that leaks, hangs or crashes ends with its process. A changed configuration counts from the next report on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from homeroom_agent.clock import Clock

MEASURE = ("once", "--spool", "--tell")
DELIVER = ("deliver", "--tell")

_USAGE = 2
_FALLBACK_SECONDS = 300.0  # until the next report, where the process did not say
_PROCESS_SECONDS = 900.0  # longer than any takes; one that hangs is ended
_END_SECONDS = 5.0

Process = subprocess.Popen[str]


class Supervisor:
    """Starts this program again with other arguments by ``launch``, which gives a process with its standard output."""

    def __init__(self, launch: Callable[[Sequence[str]], Process], clock: Clock) -> None:
        self._launch = launch
        self._clock = clock
        self._process: Process | None = None
        self._told: dict[str, str] = {}

    def run(self) -> int:
        """Go on until :meth:`stop`. Returns the exit status: 2 where the configuration cannot be used at the start."""
        status = self._run_process(MEASURE)
        if status == _USAGE:
            return _USAGE
        measure_at, deliver_at = self._plan()
        while not self._clock.stopped:
            now = self._clock.steady()
            if now >= measure_at:
                self._run_process(MEASURE)
                measure_at, deliver_at = self._plan()
            elif now >= deliver_at:
                self._run_process(DELIVER)
                deliver_at = self._plan()[1]
            else:
                self._clock.wait(min(measure_at, deliver_at) - now)
        self._mark_clean_end()
        return 0

    def stop(self) -> None:
        """End soon; to be called from a signal handler. The running process dies of it, which the spool is made for."""
        self._clock.stop()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _plan(self) -> tuple[float, float]:
        """When to measure and when to send next, by what the last process told."""
        now = self._clock.steady()
        return now + _seconds(self._told, "next", _FALLBACK_SECONDS), now + _seconds(self._told, "retry", float("inf"))

    def _run_process(self, arguments: Sequence[str]) -> int | None:
        """Run a process to its end and remember what it told. Its standard error is the log."""
        self._told.pop("next", None)
        self._told.pop("retry", None)
        try:
            self._process = self._launch(arguments)
        except OSError as error:  # no memory for a process, or the program is just being replaced by an update
            sys.stderr.write(f"WARNING cannot start {arguments[0]}: {error.strerror}\n")
            return None
        try:
            output, _ = self._process.communicate(timeout=_PROCESS_SECONDS)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"WARNING {arguments[0]} hangs; it is ended\n")
            self._process.kill()
            output, _ = self._process.communicate()
        self._told |= dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
        return self._process.returncode

    def _mark_clean_end(self) -> None:
        """Leave the mark by which the next boot knows that this one ended in order."""
        if "mark" not in self._told:
            return
        try:
            Path(self._told["mark"]).write_text(self._told.get("boot", ""), encoding="utf-8")
        except OSError as error:
            sys.stderr.write(f"WARNING {self._told['mark']}: {error.strerror}\n")


def _seconds(told: dict[str, str], name: str, otherwise: float) -> float:
    try:
        return max(0.0, float(told[name]))
    except (KeyError, ValueError):
        return otherwise
