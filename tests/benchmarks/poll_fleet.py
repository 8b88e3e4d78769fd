"""The poller at a district's size.

Two thousand devices on 127.0.0.0/8, 200 of them dead and silent, polled every 60 s in one process: how late polls
start and what share of one core that takes once the inventories are in. Then a thousand polls at the same moment.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
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

NAME = "poll_fleet"
TARGETS, DEAD, INTERVAL_SECONDS, SCHOOLS = 2000, 200, 60.0, 60


def measure() -> dict[str, Any]:
    """All figures."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    bars = {
        "lag_p99_seconds": ["<", 2.0],
        "core_ratio": ["<", 0.6],
        "most_in_flight": [">=", 1000],
    }
    with fast_agent(switch()) as (port, agent):
        figures = uvloop.run(_crowd(port)) | uvloop.run(_fleet(port, agent.pid))
    return figures | {"bars": bars}


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
