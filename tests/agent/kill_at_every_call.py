"""Run a step in a child and kill it with SIGKILL at its Nth system call, for every N: each write and sync.

A program of its own, so that it may fork: it is traced with ptrace(2), one stop before and one after each call.
Prints one JSON line for each N: what was there before, what the child was told, what a new process finds. Linux only.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from homeroom_agent.spool import Spool

TRACEME, SYSCALL, KILL_LIMIT = 0, 24, 2000

_libc = ctypes.CDLL(None, use_errno=True)


def ptrace(request: int, pid: int) -> None:
    if _libc.ptrace(request, pid, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def killed_at(stop: int, step: Callable[[], None]) -> bool:
    """Run ``step`` in a child; kill it at its ``stop``-th stop. False where it ended before."""
    pid = os.fork()
    if pid == 0:
        ptrace(TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        step()
        os._exit(0)
    os.waitpid(pid, 0)
    for _ in range(stop):
        ptrace(SYSCALL, pid)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def body(sequence: int) -> bytes:
    return b'{"sequence":%d}' % sequence


def open_spool(directory: Path) -> Spool:
    return Spool(directory / "spool.db", max_bytes=2_000_000, max_age_seconds=3600.0)


def append(directory: Path) -> None:
    """Append one report and tell its number, as an acknowledgement would."""
    with open_spool(directory) as spool:
        number = spool.append(body)
        told = os.open(directory / "told", os.O_CREAT | os.O_WRONLY)
        os.write(told, b"%d\n" % number)


def ack(directory: Path) -> None:
    """Acknowledge the oldest two, and tell their numbers once they are gone."""
    with open_spool(directory) as spool:
        numbers = [entry.sequence for entry in spool.peek(2)]
        spool.ack(numbers)
        told = os.open(directory / "told", os.O_CREAT | os.O_WRONLY)
        os.write(told, b"".join(b"%d\n" % number for number in numbers))


def aftermath(directory: Path) -> dict[str, list[int]]:
    """What a new process finds, and the number that it gives next."""
    told = directory / "told"
    with open_spool(directory) as spool:
        kept = spool.peek(100)
        return {
            "told": [int(line) for line in told.read_text().split()] if told.exists() else [],
            "kept": [entry.sequence for entry in kept if entry.body == body(entry.sequence)],
            "torn": [entry.sequence for entry in kept if entry.body != body(entry.sequence)],
            "next": [spool.append(body)],
        }


def main(directory: Path, step: Callable[[Path], None], reports: int) -> None:
    original = directory / "original"
    original.mkdir()
    before = []
    if reports:
        with open_spool(original) as spool:
            before = [spool.append(body) for _ in range(reports)]
    for stop in range(1, KILL_LIMIT):
        copy = directory / f"at{stop}"
        shutil.copytree(original, copy)
        killed = killed_at(stop, lambda copy=copy: step(copy))
        sys.stdout.write(json.dumps({"stop": stop, "before": before, **aftermath(copy)}) + "\n")
        shutil.rmtree(copy)
        if not killed:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), {"append": append, "ack": ack}[sys.argv[2]], int(sys.argv[3]))
