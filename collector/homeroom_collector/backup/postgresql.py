"""A PostgreSQL store, dumped while it is used, and put back: by pg_dump, pg_restore and psql, which know it best.

The dump shows the moment at which the rows were counted (``--snapshot``). Putting back is one transaction: either the
store is the backup's, or it is what it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

from homeroom_collector.backup.manifest import BackupError
from homeroom_collector.store import dumping
from homeroom_collector.store.dumping import Libpq, Moment

_CHUNK_BYTES = 1 << 20


async def dump(url: str, out: IO[bytes]) -> Moment:
    """Write a dump of the store into a file; gives the moment it shows. Raises BackupError."""
    async with dumping.moment(url) as moment:
        if moment.revision is None:
            raise BackupError("there is no store in this database yet")
        way = dumping.libpq(url)
        options = [f"--snapshot={moment.snapshot}", "--format=custom", "--no-owner", "--no-privileges", "--compress=0"]
        await _run(["pg_dump", *options, f"--dbname={way.url}"], way, out)
    return moment


async def there(url: str) -> Moment:
    """What is in the database now, and who else uses it."""
    async with dumping.moment(url) as moment:
        return moment


async def put_back(url: str, data: Path) -> None:
    """Let a dump take the place of Homeroom's tables. Raises BackupError; then nothing was changed."""
    way = dumping.libpq(url)
    dropping = await dumping.drop_statements(url)
    script = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--file=-", str(data)]
    psql = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={way.url}"]
    async with (
        _started(script, way, stdin=None) as reading,
        _started(psql, way, stdin=asyncio.subprocess.PIPE) as writing,
    ):
        assert reading.stdout is not None
        assert writing.stdin is not None
        told = asyncio.create_task(_told(reading))
        answered = asyncio.create_task(_told(writing))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # psql says itself why it has ended
            writing.stdin.write("".join(f"{statement};\n" for statement in dropping).encode())
            while chunk := await reading.stdout.read(_CHUNK_BYTES):
                writing.stdin.write(chunk)
                await writing.stdin.drain()
            if await reading.wait():
                # What psql has is not the whole, so it must not commit.
                writing.stdin.write(b"\nDO $$ BEGIN RAISE EXCEPTION 'the dump cannot be read'; END $$;\n")
        writing.stdin.close()
        for program, process, words in (("psql", writing, answered), ("pg_restore", reading, told)):
            _ended(program, await process.wait(), await words)


async def _run(command: Sequence[str], way: Libpq, out: IO[bytes]) -> None:
    process = await _start(command, way, stdin=None, stdout=out.fileno())
    words = await _told(process)
    _ended(command[0], await process.wait(), words)


async def _told(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode(errors="replace").strip()


def _ended(program: str, status: int, words: str) -> None:
    if status:
        lines = words.splitlines() or [f"exit status {status}"]
        raise BackupError(f"{program}: {lines[0].removeprefix(f'{program}: ')}")


@contextlib.asynccontextmanager
async def _started(
    command: Sequence[str], way: Libpq, *, stdin: int | None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await _start(
        command, way, stdin=stdin, stdout=asyncio.subprocess.PIPE if stdin is None else asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _start(command: Sequence[str], way: Libpq, *, stdin: int | None, stdout: int) -> asyncio.subprocess.Process:
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(
            f"{command[0]} is missing; it comes with PostgreSQL's client (Debian: apt-get install postgresql-client)"
        )
    return await asyncio.create_subprocess_exec(
        program,
        *command[1:],
        env=os.environ | way.environment,
        stdin=stdin if stdin is not None else asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )
