"""The poller at a district's size, and its processor time against prometheus-snmp-exporter's.

Two thousand devices on 127.0.0.0/8, 200 of them dead and silent, polled every 60 s in one process: how late polls
start and what share of one core that takes once the inventories are in. Then a thousand polls at the same moment. And
one 52-port switch asked by the Debian package prometheus-snmp-exporter for the columns that a steady poll brings.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
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

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil
import uvloop
from prometheus_client import CollectorRegistry

from fast_agent import SILENT, fast_agent, switch
from homeroom_agent.report import Report
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.polling.measures import PollMeasures
from homeroom_collector.snmp.polling.poller import Poller
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Credentials, Endpoint
from homeroom_collector.snmp.targets import Target
from tests.benchmarks.poll import moving_columns

NAME = "poll_fleet"
TARGETS, DEAD, INTERVAL_SECONDS, SCHOOLS = 2000, 200, 60.0, 60
EXPORTER = shutil.which("prometheus-snmp-exporter")
SCRAPES, ROUNDS = 60, 5


def measure() -> dict[str, Any]:
    """All figures; those against the exporter only where it is installed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    bars = {
        "lag_p99_seconds": ["<", 2.0],
        "core_ratio": ["<", 0.6],
        "most_in_flight": [">=", 1000],
        "exporter_ratio": ["<=", 0.45],
    }
    with fast_agent(switch()) as (port, agent):
        figures = uvloop.run(_crowd(port)) | _against_exporter(port) | uvloop.run(_fleet(port, agent.pid))
    return figures | {"bars": {name: bar for name, bar in bars.items() if name in figures}}


class Lags:
    """Takes the place of the histogram and keeps every lag."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def observe(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Count:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.up = self.down = 0

    async def submit(self, report: Report) -> None:
        assert report.network is not None
        self.up += report.network.reachable
        self.down += not report.network.reachable


def target(number: int, port: int, *, dead: bool) -> Target:
    network = SILENT if dead else 1
    host = f"127.{network}.{number >> 8}.{number & 255}"
    return Target(
        device_id=f"switch-{number}",
        school_id=f"school-{number % SCHOOLS}",
        endpoint=Endpoint(host=host, port=port),
        ways=(Credentials(community=Secret("public")),),
        interval_seconds=INTERVAL_SECONDS,
    )


async def _fleet(port: int, agent: int) -> dict[str, Any]:
    lags, sink = Lags(), Count()
    measures = PollMeasures(CollectorRegistry())
    measures.lag_seconds = lags  # type: ignore[assignment] # a histogram would round
    poller = Poller(Engines(), sink, catalog=load_catalog(), measures=measures)
    targets = [target(number, port, dead=number % (TARGETS // DEAD) == 0) for number in range(TARGETS)]
    running = asyncio.create_task(poller.run(targets))
    await asyncio.sleep(INTERVAL_SECONDS + 5)
    inventory_cpu_seconds = time.process_time()
    lags.seconds.clear()
    sink.up = sink.down = 0
    started, agent_started = time.monotonic(), sum(psutil.Process(agent).cpu_times()[:2])
    await asyncio.sleep(INTERVAL_SECONDS)
    cpu, wall = time.process_time() - inventory_cpu_seconds, time.monotonic() - started
    agent_cpu = sum(psutil.Process(agent).cpu_times()[:2]) - agent_started
    running.cancel()
    await asyncio.wait([running])
    ordered = sorted(lags.seconds)
    return {
        "targets": TARGETS,
        "live_polls": sink.up,
        "dead_polls": sink.down,
        "lag_p99_seconds": round(ordered[int(len(ordered) * 0.99)], 4),
        "lag_max_seconds": round(ordered[-1], 4),
        "core_ratio": round(cpu / wall, 3),
        "agent_core_ratio": round(agent_cpu / wall, 3),
        "resident_megabytes": round(psutil.Process().memory_info().rss / 1e6, 1),
    }


async def _crowd(port: int) -> dict[str, Any]:
    """A thousand silent devices asked at the same moment: all under way, each given up after its own three tries."""
    engines, catalog = Engines(), load_catalog()
    watches = [Watch(target(n, port, dead=True), engines, catalog, Pace()) for n in range(1000)]
    polls = [asyncio.create_task(watch.poll()) for watch in watches]
    started = time.monotonic()
    await asyncio.sleep(1.5)
    in_flight = sum(not poll.done() for poll in polls)
    found = await asyncio.gather(*polls)
    assert not any(gear.reachable for gear in found)
    return {"most_in_flight": in_flight, "crowd_seconds": round(time.monotonic() - started, 2)}


def _against_exporter(port: int) -> dict[str, Any]:
    if EXPORTER is None:
        return {"exporter": "not installed: sudo apt-get install prometheus-snmp-exporter"}
    with _exporter(EXPORTER) as (process, url):
        scrape = f"{url}/snmp?module=ports&target=127.0.0.1:{port}"
        text = urllib.request.urlopen(scrape).read().decode()
        samples = text.count('ifIndex="')
        assert samples == 52 * len(moving_columns()), text[:400]
        theirs, ours = [], []
        for _ in range(ROUNDS):
            before = sum(process.cpu_times()[:2])
            for _ in range(SCRAPES):
                urllib.request.urlopen(scrape).read()
            theirs.append((sum(process.cpu_times()[:2]) - before) / SCRAPES)
            ours.append(uvloop.run(_polls(port)))
    own, other = statistics.median(ours), statistics.median(theirs)
    return {
        "poll_cpu_seconds": round(own, 6),
        "exporter_cpu_seconds": round(other, 6),
        "exporter_ratio": round(own / other, 3),
    }


async def _polls(port: int) -> float:
    watch = Watch(target(1, port, dead=False), Engines(), load_catalog(), Pace())
    for _ in range(3):
        await watch.poll()
    before = time.process_time()
    for _ in range(SCRAPES):
        await watch.poll()
    return (time.process_time() - before) / SCRAPES


@contextmanager
def _exporter(program: str) -> Iterator[tuple[psutil.Process, str]]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{s.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmp.yml"
        config.write_text(_exporter_config())
        command = [program, f"--config.file={config}", f"--web.listen-address={address}", "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _until_answering(f"http://{address}/")
                yield psutil.Process(process.pid), f"http://{address}"
            finally:
                process.terminate()


def _exporter_config() -> str:
    columns = moving_columns()
    lines = ["ports:", "  version: 2", "  max_repetitions: 25", "  auth: {community: public}", "  walk:"]
    lines += [f"  - {oid}" for oid in columns]
    lines += ["  metrics:"]
    for oid in columns:
        name = "column_" + oid.replace(".", "_")
        lines.append(
            f"  - {{name: {name}, oid: {oid}, type: gauge, help: x, indexes: [{{labelname: ifIndex, type: gauge}}]}}"
        )
    return "\n".join(lines) + "\n"


def _until_answering(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)
