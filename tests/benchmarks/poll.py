"""Processor time of one steady poll of a 52-port switch, against a bare gufo-snmp walk of the columns it brings.

Both ask the same agent (``fast_agent.py``, in its own process) in turns, in one process. The floor is gufo-snmp's own
client walking each column with GETBULK and doing nothing with what comes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop
from gufo.snmp.aio import SnmpSession

from fast_agent import fast_agent, switch
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Credentials, Endpoint
from homeroom_collector.snmp.targets import Target

NAME = "poll"
PORTS, TURNS, POLLS = 52, 40, 10
IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def measure() -> dict[str, Any]:
    """Median processor seconds of each, and their ratio."""
    with fast_agent(switch(PORTS)) as (port, _):
        return uvloop.run(_measure(port))


async def _measure(port: int) -> dict[str, Any]:
    watch = Watch(target(port), Engines(), load_catalog(), Pace())
    await watch.poll()
    gear = await watch.poll()
    assert gear.interfaces is not None
    assert gear.poll is not None
    assert len(gear.interfaces) == PORTS
    assert not gear.errors
    columns = moving_columns()
    ours, floor = [], []
    for _ in range(TURNS):
        floor.append(await _cost(lambda: _bare_walk(port, columns)))
        ours.append(await _cost(watch.poll))
    figures = {"poll_cpu_seconds": statistics.median(ours), "bare_walk_cpu_seconds": statistics.median(floor)}
    return {
        **{name: round(value, 6) for name, value in figures.items()},
        "columns": len(columns),
        "requests": gear.poll.requests,
        "variables": gear.poll.variables,
        "ratio": round(statistics.median(own / bare for own, bare in zip(ours, floor, strict=True)), 3),
        "bars": {"ratio": ["<=", 2.0]},
    }


def target(port: int) -> Target:
    return Target(
        device_id="switch",
        school_id="lincoln",
        endpoint=Endpoint(host="127.0.0.1", port=port),
        ways=(Credentials(community=Secret("public")),),
        interval_seconds=60,
    )


def moving_columns() -> list[str]:
    """What changes between two polls of a switch, and so is in every steady poll."""
    return [
        *(f"{IF_TABLE}.{number}" for number in (7, 8, 13, 14, 19, 20)),
        *(f"{IF_X_TABLE}.{number}" for number in (6, 10)),
    ]


async def _bare_walk(port: int, columns: list[str]) -> None:
    async with SnmpSession("127.0.0.1", port=port, community="public", timeout=2.0) as session:
        for column in columns:
            async for _ in session.getbulk(column):
                pass


async def _cost(work: Callable[[], Awaitable[Any]]) -> float:
    started = time.process_time()
    for _ in range(POLLS):
        await work()
    return (time.process_time() - started) / POLLS
