"""A collector besieged: thousands of connections that trickle, bombs, JSON made to hurt; honest devices report on."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from collector.collecting import report

BOMB = gzip.compress(b'{"reports":[' + b" " * 10_000_000 + b"]}", 9)
WEAPONS = {
    "a gzip bomb of 10 MB": BOMB,
    "100,000 keys": gzip.compress(b'{"reports":[{' + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}]}"),
    "deep nesting": gzip.compress(b'{"reports":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
}
HEAD = b"POST /api/v1/enroll HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
_PAUSE_SECONDS = 1.0


@dataclass
class Siege:
    """What the honest met: seconds of each report, statuses; and what the weapons were answered."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    weapons: dict[str, Counter[int]] = field(default_factory=dict)
    reconnected: int = 0

    def quantile(self, share: float) -> float:
        """Time within which this share of the honest reports was acknowledged."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def _trickle(url: str, number: int, siege: Siege) -> None:
    """Hold a connection for ever: a byte of a head, or of a body, now and then; cut off, come again."""
    parts = urlsplit(url)
    said = HEAD if number % 2 else HEAD + b"\r\n" + b" " * 900
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write(said[: len(HEAD) + 1 if number % 2 == 0 else 1])
                for byte in said[len(HEAD) + 1 if number % 2 == 0 else 1 :]:
                    await asyncio.sleep(_PAUSE_SECONDS)
                    writer.write(bytes([byte]))
                    await writer.drain()
            finally:
                writer.close()
        siege.reconnected += 1
        await asyncio.sleep(_PAUSE_SECONDS)


async def _fire(http: aiohttp.ClientSession, url: str, key: str, name: str, siege: Siege) -> None:
    counts = siege.weapons.setdefault(name, Counter())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    while True:
        async with http.post(f"{url}/api/v1/reports", data=WEAPONS[name], headers=headers) as answer:
            await answer.read()
            counts[answer.status] += 1
        await asyncio.sleep(0.2)


async def _report(url: str, key: str, reports: int, siege: Siege) -> None:
    """An honest laptop: a connection of its own for each report, as agents make."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    for number in range(1, reports + 1):
        body = gzip.compress(json.dumps({"reports": [report(number)]}).encode())
        began = time.monotonic()
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http,
            http.post(f"{url}/api/v1/reports", data=body, headers=headers) as answer,
        ):
            await answer.read()
        siege.seconds.append(time.monotonic() - began)
        siege.statuses[answer.status] += 1
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _besieging(
    http: aiohttp.ClientSession, url: str, key: str, connections: int, siege: Siege
) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_trickle(url, number, siege)) for number in range(connections)]
    tasks += [asyncio.create_task(_fire(http, url, key, name, siege)) for name in WEAPONS]
    try:
        await asyncio.sleep(3 * _PAUSE_SECONDS)  # until they are all there
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def besiege(
    http: aiohttp.ClientSession, url: str, attacker: str, honest: list[str], *, connections: int, reports: int
) -> Siege:
    """Let devices with these keys report under siege, each so many times."""
    siege = Siege()
    async with _besieging(http, url, attacker, connections, siege):
        await report_on(url, honest, reports, siege)
    return siege


async def report_on(url: str, honest: list[str], reports: int, siege: Siege) -> None:
    """Let honest devices report, side by side."""
    await asyncio.gather(*(_report(url, key, reports, siege) for key in honest))


async def main(url: str, attacker: str, connections: int) -> None:
    """Besiege until the standard input ends; say "there" once everyone is, and at the end what was met, as JSON."""
    siege, ended = Siege(), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    async with aiohttp.ClientSession() as http, _besieging(http, url, attacker, connections, siege):
        print("there", flush=True)
        await ended.wait()
    print(json.dumps({"reconnected": siege.reconnected, "weapons": siege.weapons}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
