"""The wire at full size, against a collector that is a process of its own. ``python -m soak.wire [WHAT …]``.

``bodies``: HOMEROOM_BODIES (a million) tampered bodies; none is answered 5xx, and the process grows by less than a
tenth after the first tenth. ``siege``: 2,000 trickling connections, bombs and JSON made to hurt; of honest devices'
reports 99 in 100 are acknowledged within a second. ``api``: Schemathesis as every role, as nobody and as a device.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from api_fuzz import ROLES, email_desk, fuzz
from free_ports import free_port
from homeroom_collector.access.roles import Grant, Role, encode
from homeroom_collector.demo.processes import Children
from homeroom_collector.demo.tokens import make_tokens
from homeroom_collector.store import api_tokens, open_store
from hostile_bodies import barrage
from postbox import open_mailbox
from siege import Siege, report_on
from stack import Stack

BODIES = int(os.environ.get("HOMEROOM_BODIES", "1000000"))
SEED = int(os.environ.get("HOMEROOM_SEED", "10"))
CONNECTIONS, HONEST, REPORTS = 2_000, 20, 100
EXAMPLES = int(os.environ.get("HOMEROOM_EXAMPLES", "100"))
MUCH = {"per_second": 100_000, "burst": 1_000_000}


@asynccontextmanager
async def running(**sections: Any) -> AsyncIterator[Stack]:
    """A collector of our own."""
    with tempfile.TemporaryDirectory() as folder:
        children = Children(Path(folder) / "logs")
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
                stack = Stack(Path(folder), children, http, free_port())
                await stack.collector(**sections)
                yield stack
        finally:
            await children.stop()


async def key(stack: Stack, token: str) -> str:
    """Enrol a device."""
    body = {"token": token, "device": {"platform": "linux"}}
    async with stack.http.post(f"{stack.url}/api/v1/enroll", json=body) as answer:
        return str((await answer.json())["device_key"])


async def token_of(stack: Stack) -> str:
    """An enrolment token."""
    return (await make_tokens(stack.collector_config, [("lincoln", "3-5")]))["lincoln", "3-5"]


def resident_kib(stack: Stack) -> int:
    """Memory of the collector."""
    assert stack.serving is not None
    status = Path(f"/proc/{stack.serving.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


async def bodies() -> tuple[bool, dict[str, Any]]:
    """Tampered bodies, and what they did to the process."""
    memory: dict[int, int] = {}

    async with running(limits={"device": MUCH}) as stack:
        token = await token_of(stack)

        def look(number: int) -> None:
            if number % max(100, BODIES // 20) == 0:
                memory[number] = resident_kib(stack)
                print(f"{number:,} bodies, {memory[number]:,} KiB", file=sys.stderr, flush=True)

        began = time.monotonic()
        enrol = partial(key, stack, token)
        found = await barrage(stack.http, stack.url, enrol, bodies=BODIES, seed=SEED, at_once=16, between=look)
        memory[BODIES] = resident_kib(stack)
        stack.children.check()
    warm = next(kib for number, kib in sorted(memory.items()) if number >= BODIES // 10)
    growth = memory[BODIES] / warm - 1
    figures = {
        "bodies": sum(found.statuses.values()), "seconds": round(time.monotonic() - began), "seed": SEED,
        "statuses": dict(sorted(found.statuses.items())), "wrong": found.wrong[:10], "enrolments": found.enrolments,
        "memory_kib": memory, "growth_after_first_tenth": round(growth, 4),
    }  # fmt: skip
    return not found.wrong and growth < 0.10, figures


async def under_siege() -> tuple[bool, dict[str, Any]]:
    """Honest devices among two thousand others."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))
    async with running() as stack:
        token = await token_of(stack)
        honest = [await key(stack, token) for _ in range(HONEST)]
        attacker = await key(stack, token)
        command = [sys.executable, "-m", "siege", stack.url, attacker, str(CONNECTIONS)]
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        besiegers = await asyncio.create_subprocess_exec(*command, **pipes)
        assert besiegers.stdin is not None
        assert besiegers.stdout is not None
        assert await besiegers.stdout.readline() == b"there\n"
        siege = Siege()
        await report_on(stack.url, honest, REPORTS, siege)
        besiegers.stdin.close()
        besieging = json.loads(await besiegers.stdout.readline())
        await besiegers.wait()
        metrics = [line for line in (await stack.metrics()).splitlines() if line.startswith("homeroom_connections")]
    figures = {
        "connections": CONNECTIONS, "reports": len(siege.seconds), "statuses": dict(siege.statuses),
        "p50_seconds": round(siege.quantile(0.5), 4), "p99_seconds": round(siege.quantile(0.99), 4),
        "longest_seconds": round(max(siege.seconds), 4), **besieging, "collector": metrics,
    }  # fmt: skip
    return set(siege.statuses) == {200} and siege.quantile(0.99) < 1.0, figures


async def api() -> tuple[bool, dict[str, Any]]:
    """Schemathesis as everyone."""
    with open_mailbox() as mailbox, tempfile.TemporaryDirectory() as desk:
        tickets = Path(desk) / "tickets.yml"
        tickets.write_text(json.dumps(email_desk(mailbox)))
        async with running(tickets={"file": str(tickets)}) as stack:
            return await _by_everyone(stack)


async def _by_everyone(stack: Stack) -> tuple[bool, dict[str, Any]]:
    fine, figures = True, dict[str, Any]()
    callers: dict[str, str | None] = {"nobody": None, "device": await key(stack, await token_of(stack))}
    store_url = f"sqlite:///{stack.folder / 'homeroom.db'}"
    async with open_store(store_url) as store:
        for name in ROLES:
            grant = Grant(Role(name), frozenset({"lincoln"}) if name == "school_staff" else None)
            make = partial(api_tokens.create, grants=encode([grant]), label=name, now=time.time(), expires_at=None)
            callers[name] = await store.write(make)
    for name, bearer in callers.items():
        folder = stack.folder / name
        folder.mkdir()
        found = await fuzz(
            stack.url, bearer, examples=EXAMPLES, seed=SEED, folder=folder, phases="examples,coverage,fuzzing"
        )
        print(name, "fine" if found.fine else found.said, file=sys.stderr, flush=True)
        fine &= found.fine
        figures[name] = next((line.strip() for line in found.said.splitlines() if "generated" in line), "?")
    async with open_store(store_url) as store:
        kept = sa.text("SELECT count(*) FROM alert_inbox")
        figures["notifications_taken"] = await store.read(lambda connection: connection.scalar(kept))
    return fine and bool(figures["notifications_taken"]), figures


RUNS = {"siege": under_siege, "api": api, "bodies": bodies}


async def main(names: list[str]) -> int:
    """Run what is named, or all."""
    fine = True
    for name in names or RUNS:
        passed, figures = await RUNS[name]()
        print(json.dumps({"run": name, "fine": passed, **figures}, indent=2), flush=True)
        fine &= passed
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
