"""The whole chain with real programs: Prometheus by our rules, Alertmanager, a collector, Request Tracker.

Durations of the rules are divided by sixty, so that minutes are seconds; nothing else of them is changed.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

import alertmanager
import request_tracker
from free_ports import free_port
from homeroom_collector.demo.processes import Children
from stack import tool, until
from ticket_storm import Chain, chain

RULES = Path(__file__).parents[2] / "configs" / "prometheus" / "rules" / "homeroom.yml"
PACE = {"every": "500ms", "lease": "5s", "settle": "3s", "hold": "5s"}
QUICK = {"alertmanager": {"poll": "1s", "settle": "8s"}, "retry": {"first": "1s", "longest": "2s"}}
HOURS = {"hours": {"critical": "always", "warning": "always"}}  # whatever the hour is in which this runs
SCHOOLS = ("lincoln", "adams", "king", "lee", "parks")


@dataclass
class District:
    """What Prometheus scrapes: gear of schools that answers or not."""

    gear: int
    down: set[str] = field(default_factory=set)
    port: int = 0

    async def metrics(self, _request: web.Request) -> web.Response:
        lines = ["homeroom_build_info 1"]
        for school in SCHOOLS:
            up = 0 if school in self.down else 1
            lines += [
                f'homeroom_target_up{{school="{school}",device="{school}-{number}",kind="access_point"}} {up}'
                for number in range(self.gear)
            ]
        return web.Response(text="\n".join(lines) + "\n")


@asynccontextmanager
async def serving(district: District) -> AsyncIterator[District]:
    app = web.Application()
    app.add_routes([web.get("/metrics", district.metrics)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    district.port = runner.addresses[0][1]
    try:
        yield district
    finally:
        await runner.cleanup()


def quick_rules() -> str:
    """The rules with seconds for minutes."""
    text = re.sub(r"(for|keep_firing_for): (\d+)m$", r"\1: \2s", RULES.read_text(encoding="utf-8"), flags=re.M)
    return text.replace("interval: 30s", "interval: 1s").replace("interval: 60s", "interval: 1s")


async def watch(children: Children, programs: Chain, district: District) -> str:
    """Start Prometheus on the district; give the name of its process."""
    folder, name = programs.folder, f"prometheus-{free_port()}"
    (folder / "rules.yml").write_text(quick_rules())
    scrape = {"job_name": "homeroom", "static_configs": [{"targets": [f"127.0.0.1:{district.port}"]}]}
    target = {"static_configs": [{"targets": [programs.manager.url.removeprefix("http://")]}]}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [scrape],
        "alerting": {"alertmanagers": [target]},
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))
    options = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / name}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--rules.alert.resend-delay=1s",
        "--rules.alert.for-grace-period=1s",
    ]
    await children.start(name, [tool("prometheus"), *options])
    return name


@asynccontextmanager
async def watched(folder: Path, district: District) -> AsyncIterator[tuple[Chain, Children]]:
    if request_tracker.program() is None or alertmanager.program() is None:
        pytest.skip("needs Request Tracker 5 and Alertmanager; install them with: make tools")
    children = Children(folder / "logs")
    async with chain(folder, **PACE, **QUICK, **HOURS) as programs, serving(district):
        try:
            await programs.start()
            await programs.ready()
            await watch(children, programs, district)
            yield programs, children
        finally:
            await children.stop()


async def states(programs: Chain) -> list[str]:
    return [each["Status"] for each in await programs.tickets()]


async def reached(programs: Chain, wanted: list[str], seconds: float = 120) -> None:
    async def look() -> bool | None:
        await asyncio.sleep(0.5)
        return True if sorted(await states(programs)) == sorted(wanted) else None

    await until(look, seconds, f"tickets {wanted}")


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_an_uplink_with_eight_hundred_devices_is_one_ticket_and_a_dead_prometheus_closes_nothing(tmp_path: Path):
    district = District(gear=800)
    async with watched(tmp_path, district) as (programs, children):
        await asyncio.sleep(5)
        district.down = {"lincoln"}
        await reached(programs, ["new"])
        await asyncio.sleep(10)  # the effects fire long after the cause
        [ticket] = await programs.tickets()
        assert "School lincoln is out of reach" in ticket["Subject"]
        await children.stop()
        await asyncio.sleep(15)  # alerts have run out at Alertmanager, and the hold is over
        assert await states(programs) == ["new"]
        district.down = set()
        await watch(children, programs, district)
        await reached(programs, ["resolved"])


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_core_failure_with_eight_hundred_and_seventy_alerts_is_one_ticket(tmp_path: Path):
    district = District(gear=217)
    async with watched(tmp_path, district) as (programs, _):
        await asyncio.sleep(5)
        district.down = set(SCHOOLS[:4])
        await reached(programs, ["new"])
        await asyncio.sleep(12)
        [ticket] = await programs.tickets()
        assert "[District] 4 schools are out of reach at once" in ticket["Subject"]
        district.down = set()
        await reached(programs, ["resolved"])
