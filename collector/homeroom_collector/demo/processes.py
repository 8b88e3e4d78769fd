"""Starting programs and leaving none behind.

Owns the children of the demo: each runs in a session of its own with its output in a log file, is asked to stop with
SIGTERM and made to stop with SIGKILL. On Linux the kernel ends them even when the demo itself is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.errors import CollectorError

_PR_SET_PDEATHSIG = 1  # prctl(2)
_STOP_SECONDS = 10.0


class ChildFailedError(CollectorError):
    """A program of the demo ended by itself or never became ready; the message shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """One running program."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def last_words(self, lines: int = 12) -> str:
        """The end of the program's log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


class Children:
    """All programs of one demo, stopped in the reverse order of their start."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[Child] = []

    async def start(
        self, name: str, command: Sequence[str], *, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> Child:
        """Start a program; what is in ``stdin`` is written to it. Raises OSError where it cannot be started."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                env=os.environ | (environment or {}),
                start_new_session=True,
                preexec_fn=_die_with_parent() if sys.platform == "linux" else None,
            )
        child = Child(name, process, log)
        self._running.append(child)
        assert process.stdin is not None
        process.stdin.write(stdin.encode())
        process.stdin.close()
        return child

    async def finish(self, name: str, command: Sequence[str]) -> None:
        """Run a program to its end. Raises ChildFailedError where it fails."""
        child = await self.start(name, command)
        status = await child.process.wait()
        self._running.remove(child)
        if status:
            raise ChildFailedError(f"{name} ended with status {status}:\n{child.last_words()}")

    def check(self) -> None:
        """Raise ChildFailedError where a program has ended by itself."""
        for child in self._running:
            if child.process.returncode is not None:
                raise ChildFailedError(
                    f"{child.name} ended with status {child.process.returncode}:\n{child.last_words()}"
                )

    def forget(self, child: Child) -> None:
        """Count a program that has ended no longer among the running."""
        self._running.remove(child)

    async def stop(self) -> None:
        """Stop everything; returns when no program is left."""
        while self._running:
            await _stop(self._running[-1])
            self._running.pop()


def python_module(module: str, *arguments: str) -> list[str]:
    """A command that runs a module in this Python."""
    return [sys.executable, "-m", module, *arguments]


def _die_with_parent() -> Callable[[], None]:
    # Loaded before the fork: between fork and exec no module may be imported.
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) and None


async def _stop(child: Child) -> None:
    if child.process.returncode is not None:
        return
    _signal(child, signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await child.process.wait()
    except TimeoutError:
        _signal(child, signal.SIGKILL)
        await child.process.wait()


def _signal(child: Child, number: signal.Signals) -> None:
    # The whole session: a program's own children must go too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)
