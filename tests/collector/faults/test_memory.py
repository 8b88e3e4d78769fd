"""A poller that gets no more memory, and parts of the collector that end: somebody starts it again, and all goes on."""

from __future__ import annotations

import asyncio
import re
import resource
import signal
from pathlib import Path

import aiohttp
import pytest

import killing
from collector.collecting import settings_at
from free_ports import free_port
from homeroom_collector.cli.serve import serve
from homeroom_collector.config import Listen
from homeroom_collector.errors import CollectorError
from killing import Collector, Ledger
from snmp_agents import SNMPD, SNMPD_MISSING, snmpd
from stack import until

TARGETS, DEVICES = 60, 4


@pytest.mark.skipif(SNMPD is None, reason=SNMPD_MISSING)
async def test_a_poller_without_memory_loses_nothing_acknowledged_and_polls_again_afterwards(tmp_path: Path):
    ledger, stop, folder = Ledger(), asyncio.Event(), tmp_path / "snmpd"
    folder.mkdir()
    with snmpd(folder, ["rocommunity public"]) as port:
        targets = [
            {"name": f"switch-{n}", "school": "lincoln", "host": "127.0.0.1", "port": port} for n in range(TARGETS)
        ]
        snmp = {"interval": 2, "credentials": [{"name": "c", "community": "public"}], "targets": targets}
        async with killing.serving(tmp_path, snmp=snmp) as (collector, http):
            await killing.enrol(collector, ledger, http, DEVICES)
            async with asyncio.TaskGroup() as group:
                sending = [
                    group.create_task(killing.send_until(stop, collector, ledger, http, n)) for n in range(DEVICES)
                ]
                await until(lambda: _more_than(ledger, 0), 60, "reports to be taken")
                assert collector.process
                # Not a byte more from now on, as where the machine has none.
                resource.prlimit(collector.process.pid, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))
                await until(lambda: _in_trouble(collector), 120, "a process that gets no memory")
                # Where it still lives, the kernel or the watchdog of systemd ends it.
                await collector.end(signal.SIGKILL)
                await collector.start(http)
                before = ledger.accepted
                await until(lambda: _more_than(ledger, before), 60, "reports to be taken again")
                await until(lambda: _all_up(http, collector), 90, "all targets to be polled again")
                stop.set()
    for device, (sequences, counted) in (await killing.stored(collector.store_url)).items():
        assert ledger.acknowledged[device] <= sequences <= set(range(1, sending[device].result() + 2))
        assert counted == len(sequences), "each once"


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("app.poll_network", OSError()),
        ("ingest.commit.GroupCommit.run", OSError()),
        ("app.keep_decided", ExceptionGroup("", [RuntimeError("can't start new thread")])),
    ],
)
async def test_a_vital_part_or_want_of_memory_takes_the_process_with_it(
    part: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def ends(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(f"homeroom_collector.{part}", ends)
    with pytest.raises(CollectorError, match="the log says which"):
        await asyncio.wait_for(serve(settings_at(tmp_path, listen=Listen(port=free_port()))), 60)
    assert "has ended" in caplog.text


async def _more_than(ledger: Ledger, count: int) -> bool | None:
    return True if ledger.accepted > count else None


async def _in_trouble(collector: Collector) -> bool | None:
    """Whether it has ended by itself, or said that it gets no memory."""
    assert collector.process
    said = collector.log.read_text(errors="replace")
    gone = not Path(f"/proc/{collector.process.pid}").exists()
    return True if gone or "MemoryError" in said or "memory allocation" in said else None


async def _all_up(http: aiohttp.ClientSession, collector: Collector) -> bool | None:
    async with http.get(f"{collector.url}/metrics") as answer:
        up = re.findall(r"^homeroom_target_up\{.*\} 1(?:\.0)?$", await answer.text(), re.MULTILINE)
    return True if len(up) == TARGETS else None
