"""A process that has imported Homeroom already and forks real ones from itself, since importing takes seconds.

What it forks is a process of its own like one typed in a shell: it can be killed, limited, and has its own files. Run
as a program it serves a Unix socket: one connection a process, which is told the process id, and the exit status later.
It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_RUN_SECONDS = 240.0


@dataclass
class Process:
    """One that was forked. ``status`` is as of ``subprocess``: negative where a signal ended it, None while it runs."""

    pid: int
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    status: int | None = None

    async def wait(self) -> int:
        if self.status is None:
            self.status = int(json.loads(await self._reader.readline())["status"])
            self._writer.close()
            await self._writer.wait_closed()
        return self.status

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, if it still runs, and wait for the end. Until its status is read, nobody else has its pid."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself just now
                os.kill(self.pid, number)
        return await self.wait()


async def start(words: list[str], *, out: Path, err: Path, limits: dict[int, int] | None = None) -> Process:
    """Run ``homeroom WORDS…``; what it prints is added to files. ``limits`` are of ``resource``, soft and hard."""
    reader, writer = await asyncio.open_unix_connection(_server())
    writer.write(_wanted(words, out, err, limits=list((limits or {}).items())))
    return Process(int(json.loads(await reader.readline())["pid"]), reader, writer)


def run(
    words: list[str], *, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``homeroom WORDS…`` to its end, as ``subprocess.run`` would; ``environment`` replaces this process's."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as connection:
        out, err = Path(folder) / "out", Path(folder) / "err"
        connection.settimeout(_RUN_SECONDS)
        connection.connect(_server())
        wanted = _wanted(words, out, err, cwd=str(cwd or Path.cwd()), environment=environment or dict(os.environ))
        connection.sendall(wanted)
        with connection.makefile("rb") as line:
            line.readline()
            status = int(json.loads(line.readline())["status"])
        return subprocess.CompletedProcess(words, status, out.read_text(), err.read_text())


def _wanted(words: list[str], out: Path, err: Path, **more: Any) -> bytes:
    return json.dumps({"words": words, "out": str(out), "err": str(err), **more}).encode() + b"\n"


@lru_cache(maxsize=1)
def _server() -> str:
    """Start the server of this process, once."""
    place = Path(tempfile.mkdtemp(prefix="homeroom-zygote-")) / "socket"
    server = subprocess.Popen([sys.executable, __file__, str(place)], stdin=subprocess.PIPE)
    assert server.stdin
    atexit.register(shutil.rmtree, place.parent)
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    deadline = time.monotonic() + 120
    while not place.exists():
        assert server.poll() is None, "the zygote has ended"
        assert time.monotonic() < deadline, "the zygote does not start"
        time.sleep(0.05)
    return str(place)


def _serve(place: str) -> None:
    from homeroom_collector import cli
    from homeroom_collector.cli.commands import COMMANDS

    for command in COMMANDS:  # the point of it all
        command.load()

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{place}.new")
        listening.listen(64)
        Path(f"{place}.new").rename(place)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listening.accept()
            if os.fork() == 0:
                _die_with_parent()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                _supervise(connection, cli.main)
            connection.close()


def _die_with_parent() -> None:
    """No test that fails leaves a collector behind (PR_SET_PDEATHSIG of prctl(2))."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _supervise(connection: socket.socket, main: Any) -> None:
    """Fork the process that is asked for, tell of it, and wait for it."""
    with connection.makefile("rwb") as line:
        wanted = json.loads(line.readline())
        if (pid := os.fork()) == 0:
            connection.detach()
            _become(wanted, main)
        line.write(json.dumps({"pid": pid}).encode() + b"\n")
        line.flush()
        _, status = os.waitpid(pid, 0)
        line.write(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
        line.flush()
    os._exit(0)


def _become(wanted: dict[str, Any], main: Any) -> None:
    _die_with_parent()
    os.setsid()
    for number, file in ((1, wanted["out"]), (2, wanted["err"])):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, 256)
    for number, most in wanted.get("limits", ()):
        resource.setrlimit(number, (most, most))
    os.chdir(wanted.get("cwd", "."))
    if "environment" in wanted:
        os.environ.clear()
        os.environ.update(wanted["environment"])
    status = 1
    try:
        status = main(wanted["words"])
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 2
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1])
