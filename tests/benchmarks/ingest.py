"""Acknowledged, durable reports a second of one process on one core, against a bare aiohttp POST in the same run.

Both servers stand on the first core, the load generator on the second. Rounds alternate, so that what else the machine
does meets both. The ratio is also given by processor time, which other programs disturb less. Every device has said
everything once and then what changes all the time, as nearly all have on any day, and the collector has worked out its
first decisions. With ``HOMEROOM_BENCH_DEVICES=350000`` the fleet is a state's.

Beside it stands what Prometheus offers for pushing, the Pushgateway, with as many groups as it takes in half a minute:
it writes nothing to disk before it answers, and each of its pushes costs more the more groups it holds.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks import _pushgateway as pushgateway
from tests.benchmarks._fleet import register

NAME = "ingest"
_CONNECTIONS = 128
_ROUNDS = 5
_START_SECONDS = 120.0
_DECIDED_SECONDS = 300.0


def measure() -> dict[str, Any]:
    devices = int(os.environ.get("HOMEROOM_BENCH_DEVICES", "20000"))
    reports = int(os.environ.get("HOMEROOM_BENCH_REPORTS", "20000"))
    # Not in memory: a commit that need not reach a disk costs nothing.
    with tempfile.TemporaryDirectory(prefix="homeroom-bench-", dir="/var/tmp") as folder:
        config = configured(Path(folder), devices, reported=True)
        with (
            server("-m", "tests.benchmarks._bare") as bare,
            server("-m", "homeroom_collector", "serve", "--config", str(config)) as collector,
        ):
            collector.wait_for_decisions()
            return _compare(bare, collector, devices, reports)


def _compare(bare: Server, collector: Server, devices: int, reports: int) -> dict[str, Any]:
    # Sequence 1 of every device is in the store already.
    rounds = [
        (bare.load(devices, reports), collector.load(devices, reports, first=devices + round_ * reports))
        for round_ in range(_ROUNDS)
    ]
    then = devices + _ROUNDS * reports
    gentle = collector.load(devices, 6_000, rate=1_200, first=then)
    with scraping(collector.port):
        scraped = collector.load(devices, 6_000, rate=1_200, first=then + 6_000)
    ratios = [ours["per_second"] / theirs["per_second"] for theirs, ours in rounds]
    by_processor = [theirs["cpu_seconds"] / ours["cpu_seconds"] for theirs, ours in rounds]
    best = max((ours for _, ours in rounds), key=lambda figures: figures["per_second"])
    return {
        "devices": devices,
        "reports_per_second": round(statistics.median(ours["per_second"] for _, ours in rounds)),
        "best_reports_per_second": round(best["per_second"]),
        "bare_posts_per_second": round(statistics.median(theirs["per_second"] for theirs, _ in rounds)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_by_processor_time": round(statistics.median(by_processor), 3),
        "microseconds_per_report": round(statistics.median(o["cpu_seconds"] for _, o in rounds) / reports * 1e6, 1),
        "p99_seconds_at_full_load": round(best["p99_seconds"], 4),
        "p99_seconds_at_1200_per_second": round(gentle["p99_seconds"], 4),
        "p99_seconds_at_1200_per_second_while_scraped": round(scraped["p99_seconds"], 4),
        "refused": sum(ours["refused"] for _, ours in rounds) + gentle["refused"] + scraped["refused"],
        "pushgateway": pushgateway.measure(),
        "resident_bytes": collector.process.memory_info().rss,
        "start_seconds": round(collector.start_seconds, 1),
        "bars": {
            "ratio": [">=", 0.4],
            "refused": ["<=", 0],
            "p99_seconds_at_1200_per_second": ["<=", 0.25],
            "p99_seconds_at_1200_per_second_while_scraped": ["<=", 0.25],
        },
    }


def configured(folder: Path, devices: int, *, reported: bool = False) -> Path:
    """Write a store with devices, and with a report of each if ``reported``, and a configuration of it."""
    url = f"sqlite:///{folder / 'homeroom.db'}"
    asyncio.run(register(url, devices, reported=reported))
    config = folder / "collector.yml"
    config.write_text(json.dumps({"listen": {"port": 0}, "store": {"url": url}}), encoding="utf-8")
    return config


@contextmanager
def scraping(port: int) -> Iterator[None]:
    """Fetch ``/metrics`` without a pause from another process, as Prometheus does, until the block ends."""
    command = [sys.executable, "-m", "tests.benchmarks._scrape", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=lambda: _pin(-1))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


class Server:
    """One server process, alone on the first core."""

    def __init__(self, process: psutil.Popen, port: int, start_seconds: float) -> None:
        self.process, self.port, self.start_seconds = process, port, start_seconds

    def stay_on_the_first_core(self) -> None:
        """Pin every thread that there is; those to come do as who makes them."""
        if hasattr(os, "sched_setaffinity"):
            for thread in self.process.threads():
                os.sched_setaffinity(thread.id, {min(os.sched_getaffinity(0))})

    def wait_for_decisions(self) -> None:
        """Wait until the first decisions are there, which a collector begins to work out when it starts."""
        deadline = time.monotonic() + _DECIDED_SECONDS
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=60) as answer:
                found = re.search(rb"^homeroom_decisions_timestamp_seconds ([0-9.e+]+)$", answer.read(), re.MULTILINE)
            if found and float(found[1]) > 0:
                return
            time.sleep(1)
        raise RuntimeError(f"no decisions within {_DECIDED_SECONDS:g} s")

    def load(self, devices: int, reports: int, *, rate: float = 0, first: int = 0) -> dict[str, float]:
        """Send reports from another process; adds the processor time that it cost the server."""
        before = sum(self.process.cpu_times()[:2])
        arguments = [self.port, devices, reports, _CONNECTIONS, rate, first]
        command = [sys.executable, "-m", "tests.benchmarks._load", *map(str, arguments)]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=600, preexec_fn=lambda: _pin(-1)
        )
        figures: dict[str, float] = json.loads(done.stdout)
        return figures | {"cpu_seconds": sum(self.process.cpu_times()[:2]) - before}


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


@contextmanager
def server(*arguments: str, start_everywhere: bool = False) -> Iterator[Server]:
    """Run a server of this project until the block ends, on the first core; it may ``start_everywhere``."""
    started = time.monotonic()
    where = None if start_everywhere else lambda: _pin(0)
    process = psutil.Popen([sys.executable, *arguments], stderr=subprocess.PIPE, text=True, preexec_fn=where)
    try:
        running = Server(process, _port(process), time.monotonic() - started)
        running.stay_on_the_first_core()
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stderr.close()


def _port(process: psutil.Popen) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        line = process.stderr.readline()
        if found := re.search(r"serving on http://[\d.]+:(\d+)", line):
            return int(found[1])
        if not line:
            break
    raise RuntimeError(f"did not start; status {process.poll()}")


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
