"""Other processes that read the store beside this one, where there are processors for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from homeroom_collector.recall.frames import Setup, pack_setup

LENGTH_BYTES = 8
"""Before each portion stands its length."""

_BUFFER_BYTES = 2**22
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_log = logging.getLogger(__name__)


def processors(quota: Path = _QUOTA) -> int:
    """How many processors this process may use at once; ``quota`` is where the kernel says what a container may.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text(encoding="ascii").split()
    except (OSError, ValueError):  # another system, or an older kernel
        return count
    return count if allowed == "max" else max(1, min(count, int(allowed) // int(period)))


class Helper:
    """A process that reads spans and gives a portion of each, packed, in their order."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ended = False

    async def portion(self) -> bytes | None:
        """The next one; None where the process could not read it, or has ended before."""
        out = self._process.stdout
        if self._ended or out is None:
            return None
        try:
            length = int.from_bytes(await out.readexactly(LENGTH_BYTES))
            return await out.readexactly(length) or None
        except asyncio.IncompleteReadError:
            self._ended = True
            pid = self._process.pid
            _log.warning("process %d, which read the store too, has ended before its time; going on without", pid)
            return None

    async def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()  # it is not over before what it wrote is read


@asynccontextmanager
async def helping(setup: Setup, count: int) -> AsyncIterator[list[Helper]]:
    """Share the spans of ``setup`` among so many processes, in turn; none where no process can be started."""
    helpers: list[Helper] = []
    try:
        try:
            for number in range(count):
                mine = replace(setup, spans=setup.spans[number::count])
                helpers.append(await _start(mine))
        except OSError as error:
            _log.warning("no other process can be started to read the store too: %s", error)
            await _end(helpers)
        yield helpers
    finally:
        await _end(helpers)


async def _end(helpers: list[Helper]) -> None:
    while helpers:
        await helpers.pop().end()


async def _start(setup: Setup) -> Helper:
    alone = ["-I"] if sys.flags.isolated else []
    command = [sys.executable, *alone, "-m", "homeroom_collector.recall"]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=_BUFFER_BYTES)
    assert process.stdin is not None
    process.stdin.write(pack_setup(setup))  # it holds the database's address, which a command line would show
    process.stdin.close()
    return Helper(process)
