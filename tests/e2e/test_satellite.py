"""A real satellite over a real SNMP agent, and a collector that is away for a while: every poll is there, once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from homeroom_collector.demo.processes import Child
from homeroom_collector.history.day import read
from receivers import Recorder, recording
from snmp_agents import SNMPD, SNMPD_MISSING, snmpd
from stack import Stack, until

DURATION = "homeroom_target_poll_duration_seconds"
POLLS_AWAY = 4
INTERVAL_SECONDS = 1.0


async def satellite_token(stack: Stack) -> str:
    command = [sys.executable, "-m", "homeroom_collector", "satellite", "add", "closet", "--school", "lincoln"]
    process = await asyncio.create_subprocess_exec(
        *command, "--config", str(stack.collector_config), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().strip()


async def start_satellite(stack: Stack, snmp_port: int) -> Child:
    config = stack.folder / "satellite.yml"
    (stack.folder / "token").write_text(await satellite_token(stack))
    target = {"name": "lincoln-core", "host": "127.0.0.1", "port": snmp_port}
    document = {
        "collector": {"url": stack.url, "token_file": "token", "proxy": "none"},
        "send_every": 0.2,
        "report_every": 1,
        "longest_backoff": 1,
        "snmp": {
            "interval": INTERVAL_SECONDS,
            "credentials": [{"name": "c", "community": "public"}],
            "targets": [target],
        },
    }
    config.write_text(json.dumps(document))
    command = [sys.executable, "-m", "homeroom_collector", "poll", "--config", str(config)]
    return await stack.children.start("satellite", command)


def waiting(folder: Path) -> int:
    with sqlite3.connect(folder / "satellite" / "spool.db", timeout=10) as spool:
        return int(spool.execute("SELECT count(*) FROM reports").fetchone()[0])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(SNMPD is None, reason=SNMPD_MISSING)
async def test_what_a_satellite_measures_while_the_collector_is_away_is_all_there_once(stack: Stack, tmp_path: Path):
    agent_folder = tmp_path / "snmpd"
    agent_folder.mkdir()
    async with recording() as recorder:
        sections = {"remote_write": {"endpoints": [{"name": "recorder", "url": recorder.url}], "state_every": 0}}
        with snmpd(agent_folder, ["rocommunity public", "sysName core"]) as snmp_port:
            await stack.collector(**sections)
            satellite = await start_satellite(stack, snmp_port)
            await until(lambda: _polls(recorder, 2), 60, "the first polls at the collector")
            await stack.kill_collector()
            away_from = time.time()

            async def piled_up() -> bool | None:
                return True if waiting(stack.folder) >= 2 * POLLS_AWAY else None

            await until(piled_up, 60, "polls on the satellite's disk")
            before, away_until = len(moments(recorder)), time.time()
            await stack.collector(**sections)
            await until(lambda: _polls(recorder, before + POLLS_AWAY // 2), 60, "the polls of meanwhile")
            await check_metrics(stack)
            satellite.process.terminate()
            await satellite.process.wait()
            stack.children.forget(satellite)

            async def each_once() -> bool | None:
                return True if polls_counted(stack.folder) == len(moments(recorder)) else None

            await until(each_once, 60, "as many polls counted as there are moments of polls")
    found = moments(recorder)
    assert len([at for at in found if away_from < at < away_until]) >= POLLS_AWAY // 2


def moments(recorder: Recorder) -> list[float]:
    """When polls were measured, as far as they were sent on; a collector that is killed sends some on again."""
    return sorted({at / 1000 for at, _ in recorder.samples(DURATION, device="lincoln-core", school="lincoln")})


def polls_counted(folder: Path) -> int:
    """Polls of the device that the collector counted, over all days."""
    query = "FROM {} JOIN devices ON number = device_number WHERE device_id = 'lincoln-core'"
    with sqlite3.connect(folder / "homeroom.db", timeout=10) as store:
        (ended,) = store.execute(f"SELECT coalesce(sum(polls), 0) {query.format('daily')}").fetchone()
        (text,) = store.execute(f"SELECT today {query.format('latest')}").fetchone()
    today = read(text)
    assert today is not None
    return int(ended) + today.polls


async def _polls(recorder: Recorder, count: int) -> bool | None:
    return True if len(moments(recorder)) >= count else None


async def check_metrics(stack: Stack) -> None:
    async def told() -> str | None:
        text = await stack.metrics()
        return text if 'homeroom_satellite_targets_answering{satellite="closet",school="lincoln"} 1.0' in text else None

    text = await until(told, 60, "the satellite's own word")
    assert 'homeroom_satellite_lost_reports_total{satellite="closet",school="lincoln"} 0.0' in text
    assert 'homeroom_target_up{school="lincoln",device="lincoln-core"' in text
