"""Pretended laptops that speak the real HTTP API: they enrol with a token, then report until told to stop.

Everything on the wire goes through the same report classes as the real agent's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import logging
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from homeroom_agent.report import Report, encode, stamp, to_wire
from homeroom_collector.simulate import computers
from homeroom_collector.simulate.computers import Measured
from homeroom_collector.simulate.district import Laptop, build, strangers

_log = logging.getLogger(__name__)
_TIMEOUT = aiohttp.ClientTimeout(total=10)
SLOW_EVERY = 10


@dataclass(slots=True)
class PretendedLaptop:
    """One laptop's life: its enrolment and its counters. ``booted_at`` is chosen with the first report."""

    laptop: Laptop
    chance: random.Random
    device_id: str = ""
    device_key: str = ""
    sequence: int = 0
    booted_at: float | None = None
    receive_bytes: int = 0
    transmit_bytes: int = 0

    def report(self, now: float) -> Report:
        """Measure once: fast facts always, slow facts every tenth time."""
        self.sequence += 1
        self.receive_bytes += self.chance.randrange(10**5, 10**8)
        self.transmit_bytes += self.chance.randrange(10**4, 10**7)
        if self.booted_at is None:
            self.booted_at = now - self.chance.uniform(300, 8 * 3600)
        return computers.report(
            self.laptop,
            self._measured(now - self.booted_at),
            device_id=self.device_id,
            sequence=self.sequence,
            measured_at=now,
            slow=self.sequence % SLOW_EVERY == 1,
        )

    def _measured(self, uptime_seconds: float) -> Measured:
        chance, laptop = self.chance, self.laptop
        return Measured(
            uptime_seconds=round(uptime_seconds, 1),
            boots_total=self.sequence // 50 + 1,
            unexpected_shutdowns_total=laptop.unexpected_shutdowns,
            cpu_usage_ratio=round(chance.betavariate(1.5, 8), 3),
            memory_available_ratio=chance.uniform(0.15, 0.75),
            disk_free_ratio=chance.uniform(0.05, 0.7),
            disk_wear_ratio=laptop.disk_wear_ratio,
            battery_health_ratio=laptop.battery_health_ratio,
            battery_cycles=laptop.battery_cycles,
            battery_charge_ratio=round(chance.uniform(0.2, 1.0), 2),
            charging=chance.random() < 0.5,
            wifi_signal_dbm=float(chance.randrange(-80, -40)),
            receive_bytes=self.receive_bytes,
            transmit_bytes=self.transmit_bytes,
            latency_seconds=round(chance.lognormvariate(-4.4, 0.4), 4),
        )


async def enroll(http: aiohttp.ClientSession, url: str, token: str, pretended: PretendedLaptop) -> None:
    """Enrol one laptop. Raises aiohttp.ClientError where the collector refuses."""
    body = {"token": token, "device": to_wire(computers.identity(pretended.laptop))}
    async with http.post(f"{url}/api/v1/enroll", json=body) as answer:
        answer.raise_for_status()
        given = await answer.json()
    pretended.device_id, pretended.device_key = given["device_id"], given["device_key"]


async def send(http: aiohttp.ClientSession, url: str, pretended: PretendedLaptop) -> None:
    """Measure and send once. Raises aiohttp.ClientError where the collector refuses."""
    report = stamp(encode(pretended.report(time.time())), time.time())
    headers = {
        "Authorization": f"Bearer {pretended.device_key}",
        "Content-Encoding": "gzip",
        "Content-Type": "application/json",
    }
    body = gzip.compress(b'{"reports":[%b]}' % report, compresslevel=1)
    async with http.post(f"{url}/api/v1/reports", data=body, headers=headers) as answer:
        answer.raise_for_status()


async def live(
    http: aiohttp.ClientSession, url: str, token: str, pretended: PretendedLaptop, interval_seconds: float
) -> None:
    """One laptop from first boot until cancelled. A refused call is logged and tried again at the next interval."""
    await asyncio.sleep(pretended.chance.random() * min(2.0, interval_seconds))
    while True:
        try:
            if not pretended.device_key:
                await enroll(http, url, token, pretended)
            await send(http, url, pretended)
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("%s: %s", pretended.laptop.serial, error)
        await asyncio.sleep(interval_seconds * pretended.chance.uniform(0.9, 1.1))


async def run(
    url: str, tokens: Mapping[tuple[str, str], str], *, laptops: int, interval_seconds: float, seed: int
) -> None:
    """Let every laptop of the district live until SIGTERM or SIGINT; ``tokens`` are by school and grade band."""
    district = build(laptops=laptops, seed=seed)
    fleet = [*district.laptops, *(each for each in strangers(district) if _audience(each) in tokens)]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as http, asyncio.TaskGroup() as group:
        lives = [
            group.create_task(live(http, url, tokens[_audience(laptop)], _pretend(laptop, seed), interval_seconds))
            for laptop in fleet
        ]
        await stop.wait()
        for task in lives:
            task.cancel()


def _audience(laptop: Laptop) -> tuple[str, str]:
    return laptop.school_id, laptop.grade_band


def _pretend(laptop: Laptop, seed: int) -> PretendedLaptop:
    return PretendedLaptop(laptop, random.Random(f"{seed}/{laptop.serial}"))  # noqa: S311 - a simulation must repeat itself


def main() -> None:
    """Run the laptops as a process.

    Enrolment tokens come on standard input, never as arguments, as one JSON list of [school, grade band, token].
    """
    parser = argparse.ArgumentParser(description="Pretended laptops that report to a collector.")
    parser.add_argument("url")
    parser.add_argument("--laptops", type=int, default=60)
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between reports of one laptop")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    tokens = {(school_id, grade_band): token for school_id, grade_band, token in json.loads(input())}
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            run(options.url, tokens, laptops=options.laptops, interval_seconds=options.interval, seed=options.seed)
        )


if __name__ == "__main__":
    main()
