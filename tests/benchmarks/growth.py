"""What a device costs as the fleet grows from a school's to a city's: time of a report, memory, time to start.

Every device has said everything once and then what changes all the time, as nearly all have on any day; so starting
means rebuilding the fleet from the store: on all cores, and the largest on one core, too. Once they serve, all stay on
one core. Rounds over the sizes alternate, so that what else the machine does meets all of them. They begin once each
collector has worked out its first decisions; what presence, problems and decisions take while nobody reports is told
beside the cost of a report, which includes it.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.ingest import Server, configured, server

NAME = "growth"
SIZES = (1_000, 20_000, 350_000)
_REPORTS = 12_000
_ROUNDS = 5
_IDLE_SECONDS = 20.0


def measure() -> dict[str, Any]:
    """Sizes from ``HOMEROOM_BENCH_SIZES`` (numbers with commas between), else :data:`SIZES`."""
    said = os.environ.get("HOMEROOM_BENCH_SIZES")
    sizes = [int(size) for size in said.split(",")] if said else list(SIZES)
    with tempfile.TemporaryDirectory(prefix="homeroom-bench-", dir="/var/tmp") as folder, ExitStack() as stack:
        configs = {size: _stored(Path(folder) / str(size), size) for size in sizes}
        with _collector(configs[max(sizes)]) as alone:
            on_one_core = alone.start_seconds
        servers: dict[int, Server] = {}
        for size, config in configs.items():
            servers[size] = stack.enter_context(_collector(config, start_everywhere=True))
            servers[size].wait_for_decisions()  # so that the next one starts with nothing beside it
        resident = {size: each.process.memory_info().rss for size, each in servers.items()}
        idle = {size: _idle(each) for size, each in servers.items()}
        costs = _costs(servers)
    told = _told(servers, resident, idle, {size: statistics.median(each) for size, each in costs.items()})
    return told | {"start_seconds_of_the_largest_on_one_core": round(on_one_core, 1)}


def _stored(folder: Path, devices: int) -> Path:
    folder.mkdir()
    return configured(folder, devices, reported=True)


def _collector(config: Path, *, start_everywhere: bool = False) -> AbstractContextManager[Server]:
    command = ("-m", "homeroom_collector", "serve", "--config", str(config))
    return server(*command, start_everywhere=start_everywhere)


def _idle(server: Server) -> float:
    """Share of one core that a collector takes while nobody reports."""
    before = sum(server.process.cpu_times()[:2])
    time.sleep(_IDLE_SECONDS)
    return round((sum(server.process.cpu_times()[:2]) - before) / _IDLE_SECONDS, 3)


def _costs(servers: dict[int, Server]) -> dict[int, list[float]]:
    """Microseconds of processor time a report, of each round."""
    costs: dict[int, list[float]] = {size: [] for size in servers}
    for round_ in range(1, _ROUNDS + 1):
        for size, each in servers.items():
            # Sequence 1 of every device is in the store already.
            figures = each.load(size, _REPORTS, first=size + (round_ - 1) * _REPORTS)
            assert not figures["refused"], figures
            costs[size].append(figures["cpu_seconds"] / _REPORTS * 1e6)
    return costs


def _told(
    servers: dict[int, Server], resident: dict[int, int], idle: dict[int, float], costs: dict[int, float]
) -> dict[str, Any]:
    smallest, largest = min(servers), max(servers)
    grown = (resident[largest] - resident[smallest]) / (largest - smallest) if largest > smallest else 0.0
    return {
        "microseconds_per_report": {str(size): round(cost, 1) for size, cost in costs.items()},
        "idle_core_ratio": {str(size): share for size, share in idle.items()},
        "resident_bytes": {str(size): size_bytes for size, size_bytes in resident.items()},
        "start_seconds": {str(size): round(each.start_seconds, 1) for size, each in servers.items()},
        "resident_bytes_per_device": round(grown),
        "cost_of_the_largest_by_the_smallest": round(costs[largest] / costs[smallest], 3),
        "start_seconds_of_the_largest": round(servers[largest].start_seconds, 1),
        "bars": {
            "cost_of_the_largest_by_the_smallest": ["<=", 1.3],
            "resident_bytes_per_device": ["<=", 4_000],
            "start_seconds_of_the_largest": ["<=", 20.0],
        },
    }
