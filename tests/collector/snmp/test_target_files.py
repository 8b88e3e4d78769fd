"""Targets that discovery writes are polled without a restart."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.snmp.polling.poller import Poller
from homeroom_collector.snmp.settings import SnmpSettings
from homeroom_collector.snmp.target_files import TargetFiles, wan_ports

from .pretend import Device, Kept, Network, Time

HERE = {"name": "here", "host": "10.0.0.1"}
THERE = {"name": "there", "host": "10.0.0.2"}
THIRD = {"name": "third", "host": "10.0.0.3"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "targets.yml"
    write(path, [THERE])
    return path


def write(path: Path, targets: object) -> None:
    strict.write_yaml(path, targets)
    later = path.stat().st_mtime + 1
    os.utime(path, (later, later))


def section(path: Path) -> SnmpSettings:
    written = {
        "credentials": [{"name": "any", "community": "public"}],
        "targets": [HERE],
        "targets_from": [str(path)],
    }
    return strict.decode(SnmpSettings, written)


def files(path: Path) -> TargetFiles:
    return TargetFiles(section(path), {})


def names(targets: TargetFiles) -> list[str]:
    return [target.device_id for target in targets.targets]


def test_what_is_written_later_is_read(file):
    found = files(file)
    assert found.may_change
    assert names(found) == ["here", "there"]
    assert not found.reread()
    write(file, [THERE, THIRD])
    assert found.reread()
    assert names(found) == ["here", "there", "third"]
    assert not found.reread()


def test_a_port_to_the_outside_counts_from_then_on(file):
    write(file, [THERE | {"wan": ["wan1"]}])
    assert wan_ports(section(file)) == {"there": ["wan1"]}
    write(file, "nothing")
    assert wan_ports(section(file)) == {}


@pytest.mark.parametrize(
    "broken", [[{"name": "there"}], [THERE, THERE], "nothing", [THERE | {"hots": "10.0.0.9"}]], ids=str
)
def test_a_file_that_cannot_be_used_leaves_the_targets_as_they_were(file, broken, caplog):
    found = files(file)
    write(file, broken)
    with caplog.at_level(logging.WARNING):
        assert not found.reread()
    assert names(found) == ["here", "there"]
    assert "targets stay as they were" in caplog.text


def test_a_file_that_is_gone_leaves_the_targets_as_they_were(file):
    found = files(file)
    file.unlink()
    assert not found.reread()
    assert names(found) == ["here", "there"]


def test_at_the_start_a_file_that_cannot_be_used_is_an_error(file):
    write(file, "nothing")
    with pytest.raises(ConfigError):
        files(file)


async def test_the_poller_takes_up_what_is_new_and_leaves_what_is_gone(file):
    time, sink, found = Time(), Kept(), files(file)
    network = Network(time)
    network.devices |= {f"10.0.0.{number}": Device() for number in (1, 2, 3)}
    poller = Poller(network, sink, clock=time.clock, wall=time.clock, pause=time.pause)
    read = asyncio.Event()

    async def soon(_seconds: float) -> None:
        await read.wait()
        read.clear()

    task = asyncio.create_task(poller.run(found.targets, found.changes(soon)))
    await time.pass_by(120)
    assert {report.device_id for report in sink.reports} == {"here", "there"}
    write(file, [THIRD])
    read.set()
    async with asyncio.timeout(60):
        while poller.look_now("10.0.0.3") == 0:
            await asyncio.sleep(0.01)
    sink.reports.clear()
    await time.pass_by(120)
    assert {report.device_id for report in sink.reports} == {"here", "third"}
    assert len(sink.of("here")) == 2
    task.cancel()
    await asyncio.wait([task])
