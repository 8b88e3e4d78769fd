"""What is held in memory after a start is what the store has, whoever reads it: one process, or several beside it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from fleet_content import known
from fleet_samples import NOW, gear, laptop
from homeroom_agent.report import Battery, Connectivity, Link, OperatingSystem, Report, Uptime, to_wire
from homeroom_collector.fleet import Fleet
from homeroom_collector.ingest.clock import Days, Timing
from homeroom_collector.ingest.merge import Arrived, DeviceState, Sampling
from homeroom_collector.ingest.model_support import ModelEnds, UpdatesByModel
from homeroom_collector.ingest.quarantine import Quarantine
from homeroom_collector.ingest.retelling import told
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.logs import LogSettings
from homeroom_collector.model import Device, School
from homeroom_collector.problems.settings import load
from homeroom_collector.problems.watch import Watch
from homeroom_collector.recall import processes
from homeroom_collector.recall.frames import Setup, pack_setup
from homeroom_collector.recall.processes import LENGTH_BYTES, processors
from homeroom_collector.recall.restore import Hearers, Memory
from homeroom_collector.rules.admission import AdmissionPolicy
from homeroom_collector.rules.network_support import ModelSupport
from homeroom_collector.store import Connection, Store, assets, by_school, schools
from homeroom_collector.store.by_school import Known
from homeroom_collector.store.latest import Held
from homeroom_collector.store.schema import assets as asset_table
from homeroom_collector.store.schema import devices as device_table
from homeroom_collector.store.schema import latest as latest_table

ENDS = ModelEnds((ModelSupport(models=("*Chromebook 314*",), support_end=date(2027, 6, 1)),))
WIRE = Wire()
WORN = [Battery(name="BAT0", health_ratio=0.31)]
FAST = replace(laptop(), identity=None, os=None, disks=[], filesystems=None, sent_at=None)


@dataclass
class Mind:
    """Everyone who hears of what a store knows, as a collector puts them together."""

    fleet: Fleet = field(default_factory=Fleet)
    watch: Watch = field(default_factory=lambda: Watch(load(None)))
    wire: Wire = WIRE
    google: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.quarantine = Quarantine(AdmissionPolicy(), UpdatesByModel(self.fleet, ENDS))
        self.fleet.on_report = self.watch.hear
        # Something was wrong with a laptop that is well by now, and something is counted of another.
        worn = replace(FAST, batteries=WORN, measured_at=NOW - 600.0)
        self.fleet.put_device(Device(device_id="was-worn", device_class="computer", school_id="north"))
        self.fleet.apply("was-worn", worn, NOW - 600.0)
        self.fleet.remove_device("was-worn")
        self.watch.shutdowns = {"restarts": 0}

    async def recall(self, store: Store, **how: Any) -> dict[int, Device]:
        hearers = Hearers(self.quarantine, self.fleet.put_school, self.google.__setitem__)
        return await Memory(store, self.wire, hearers, ENDS, self.watch.ear(NOW), **how).rebuild()

    def hear_one_by_one(self, everything: list[Known]) -> None:
        for device, stored in everything:
            self.quarantine.put_device(device)
            for device_id, report, received_at, on_campus in told(stored, self.wire):
                self.quarantine.apply(device_id, report, received_at, on_campus=on_campus)
            if stored.google is not None:
                self.google[stored.device_id] = stored.google

    def content(self) -> dict[str, Any]:
        """All that they know, as values."""
        found = known(self.fleet)
        for device_id in self.fleet.device_ids():
            kept = self.watch.known(device_id)
            found[f"findings of {device_id}"] = kept and sorted(map(repr, kept.findings()))
        found["round trips"] = {
            state.school.school_id: sorted(self.watch.latencies(state.school.school_id, NOW))
            for state in self.fleet.schools
        }
        return found | {"google": self.google, "waiting": self.quarantine.known()}


def _reports() -> dict[str, tuple[Report | None, ...]]:
    """What devices said, one after the other; None: nothing."""
    usual = laptop()
    said: dict[str, tuple[Report | None, ...]] = {
        f"plain-{number}": (laptop(number, at=NOW - 900.0), replace(FAST, measured_at=NOW - number))
        for number in range(70)
    }
    # With their long names so many that no process can give away all before anyone takes them.
    quiet = replace(laptop(), connectivity=None)
    said |= {f"quiet-{number}": (quiet,) for number in range(330)}
    said |= {f"silent-{number}": (None,) for number in range(3)}
    said |= {
        "was-worn": (usual,),
        "worn": (replace(usual, batteries=WORN),),
        "restarts": (replace(usual, uptime=Uptime(unexpected_shutdowns_total=50)),),
        "long-ago": (laptop(at=NOW - 40 * 86_400.0),),
        "yesterday": (laptop(at=NOW - 86_400.0),),
        "twins": (replace(usual, batteries=[*WORN, Battery(name="BAT0"), Battery(name="B2", charge_ratio=0.5)]),),
        "bare": (Report(source="agent", sequence=1, measured_at=NOW),),
        "large": (replace(usual, links=[Link(name="eth0", receive_bytes=2**63 + 5)]),),
        "large-and-worn": (replace(usual, batteries=WORN, links=[Link(name="eth0", receive_bytes=2**63 + 5)]),),
        "slow-way": (replace(usual, connectivity=Connectivity(latency_seconds=9.5)),),
        "book": (Report(source="extension", sequence=1, measured_at=NOW, os=OperatingSystem(name="ChromeOS")),),
        "synced": (replace(FAST, source="extension"),),
        "only-google": (None,),
        "waits": (usual,),
        "refused": (usual,),
        "shelved": (laptop(at=NOW - 86_400.0),),
        "unreadable": (usual,),
        "switch": (gear(),),
        "dead-switch": (gear(reachable=False),),
        "says-it-is-a-switch": (gear(),),
    }
    return said


def _device(number: int, name: str) -> dict[str, Any]:
    chromebook = name in ("book", "synced", "only-google")
    standing = {"waits": "quarantined", "refused": "rejected"}.get(name, "accepted")
    return {
        "number": number,
        "device_id": name,
        "device_class": "network" if name in ("switch", "dead-switch") else "computer",
        "school_id": ("north", "", "south")[number % 3] if name.startswith(("plain", "quiet", "silent")) else "north",
        "grade_band": "6-8" if number % 2 else "",
        "name": "n" * 1_000 if name.startswith("quiet") else None,
        "serial": f"sn-{name}",
        "model": "Acer Chromebook 314" if chromebook else None,
        "platform": "chromeos" if chromebook else None,
        "enrolled_at": NOW - 86_400.0,
        "standing": standing,
    }


def _row(number: int, name: str, reports: tuple[Report | None, ...]) -> dict[str, Any]:
    """The row of a device as the group commit writes it."""
    row: dict[str, Any] = {"device_number": number, "seen": "", "sections": ""}
    state = DeviceState(Held(number, "", None, "", None, None), None, Sampling(172_800.0, 300.0))
    for report in filter(None, reports):
        raw = json.dumps(to_wire(report))
        arrived = Arrived(WIRE.report(raw), raw, Timing(report.measured_at, 0.0), report.measured_at + 1.0)
        state.take(arrived, Days().of(report.measured_at))
        row = state.row()._asdict()
        row["recent"] = row.pop("more_recent")
    row["on_campus"] = (None, True, False)[number % 3]
    if name == "unreadable":
        row["report"] = row["report"].replace("0.02", "11.0")  # a bound that became tighter since
    directory = {"directory": [NOW - 50.0, {"os": {"version": "142"}, "cpu": {"usage_ratio": 0.5}}]}
    row["google"] = json.dumps(directory) if name in ("synced", "only-google") else None
    return row


def _fill(connection: Connection) -> None:
    for number, (name, reports) in enumerate(_reports().items(), 1):
        connection.execute(device_table.insert(), _device(number, name))
        if not name.startswith("silent"):
            connection.execute(latest_table.insert(), _row(number, name, reports))
    stored = {"serial": "SN-SHELVED", "school_id": "north", "grade_band": "", "state": "repair", "sources": "{}"}
    connection.execute(asset_table.insert(), stored)
    schools.put(connection, [School(school_id=name, name=name.title()) for name in ("north", "south")])


def _everything(connection: Connection) -> list[Known]:
    shelved = assets.shelved_serials(connection)
    return [
        each
        for span in by_school.spans(connection, most=1_000)
        for few in by_school.within(connection, span, shelved, most=1_000)
        for each in few
    ]


@pytest.fixture
async def full(store: Store) -> Store:
    await store.write(_fill)
    return store


@pytest.fixture
async def expected(full: Store) -> dict[str, Any]:
    mind = Mind()
    for school in await full.read(schools.listed):
        mind.fleet.put_school(school)
    mind.hear_one_by_one(await full.read(_everything))
    content = mind.content()
    assert content["findings of worn"], "nothing is wrong with anybody"
    assert content["findings of restarts"]
    assert not content["findings of was-worn"]
    assert len(content["round trips"]["north"]) > 3
    assert content["waiting"] == {"waits", "refused"}
    assert content["book"][1]["os"] != content["plain-1"][1]["os"]
    assert content["shelved"][0].shelved
    assert "unreadable" in content
    return content


@pytest.mark.parametrize("helpers", [0, 1, 2])
@pytest.mark.parametrize("portion", [7, 1_000])
async def test_everything_is_known_whoever_reads_it(
    full: Store, expected: dict[str, Any], helpers: int, portion: int, caplog: pytest.LogCaptureFixture
):
    mind = Mind()
    found = await mind.recall(full, helpers=helpers, portion=portion)
    assert mind.content() == expected
    assert {number: device.device_id for number, device in found.items()} == dict(enumerate(_reports(), 1))
    assert "going on without" not in caplog.text
    assert not _helpers(), "a process was left behind"


def _helpers() -> list[psutil.Process]:
    """Processes that read for this one; the database and other tests have theirs."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            found += [child] if "homeroom_collector.recall" in child.cmdline() else []
    return found


@pytest.mark.parametrize(
    ("program", "says", "times"),
    [("/nowhere/python", "no other process can be started", 1), ("/bin/false", "has ended before its time", 2)],
    ids=["cannot be started", "ends at once"],
)
async def test_a_process_that_is_of_no_use_is_not_missed(
    full: Store,
    expected: dict[str, Any],
    program: str,
    says: str,
    times: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(sys, "executable", program)
    mind = Mind()
    await mind.recall(full, helpers=2, portion=7)
    assert mind.content() == expected
    assert caplog.text.count(says) == times


async def test_what_a_process_cannot_read_the_collector_reads(
    full: Store,
    expected: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(full, "url", f"sqlite:///{tmp_path / 'without-tables.db'}")  # which only others open now
    mind = Mind()
    await mind.recall(full, helpers=2, portion=200)
    assert mind.content() == expected
    assert capfd.readouterr().err.count("cannot be read aside") == 3
    assert not _helpers()


async def test_processes_that_are_killed_under_way_are_not_missed(
    full: Store, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    mind = Mind()
    take = mind.fleet.bring_back

    def kill_them(*sheets: Any) -> None:
        for child in _helpers():
            child.kill()
        take(*sheets)

    monkeypatch.setattr(processes, "_BUFFER_BYTES", 1_024)
    monkeypatch.setattr(mind.fleet, "bring_back", kill_them)
    await mind.recall(full, helpers=2, portion=1)
    assert mind.content() == expected
    assert caplog.text.count("has ended before its time") == 2


async def test_a_start_that_is_broken_off_leaves_no_process(full: Store, monkeypatch: pytest.MonkeyPatch):
    mind, seen = Mind(), list[int]()

    def stop(_device_id: str, _google: str | None) -> None:
        seen.extend(child.pid for child in _helpers())
        raise asyncio.CancelledError

    monkeypatch.setattr(processes, "_BUFFER_BYTES", 1_024)
    hearers = Hearers(mind.quarantine, mind.fleet.put_school, stop)
    memory = Memory(full, mind.wire, hearers, ENDS, mind.watch.ear(NOW), helpers=2, portion=1)
    with pytest.raises(asyncio.CancelledError):
        await memory.rebuild()
    assert len(seen) == 2
    assert not any(map(psutil.pid_exists, seen))


async def test_a_process_ends_when_the_collector_is_gone(full: Store):
    spans = await full.read(partial(by_school.spans, most=1))
    setup = Setup(full.url, LogSettings(), spans, frozenset(), ENDS.supported, Mind().watch.ear(NOW))
    assert await asyncio.to_thread(_read_one, setup) == (1, b"")


def _read_one(setup: Setup) -> tuple[int, bytes]:
    """Take the first portion from a process and go; gives its status and what it wrote to its log."""
    command = [sys.executable, "-m", "homeroom_collector.recall"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(pack_setup(setup))
        process.stdin.close()
        assert int.from_bytes(process.stdout.read(LENGTH_BYTES)) > 0
        process.stdout.close()
        return process.wait(30), process.stderr.read()


@pytest.mark.parametrize(
    ("said", "most"),
    [("max 100000\n", None), ("150000 100000\n", 1), ("50000 100000\n", 1), ("1000000000 100000\n", None), ("", None)],
)
def test_a_container_may_have_fewer_processors_than_the_machine(tmp_path: Path, said: str, most: int | None):
    quota = tmp_path / "cpu.max"
    quota.write_text(said)
    all_of_them = len(psutil.Process().cpu_affinity())
    assert processors(quota) == min(most or all_of_them, all_of_them)
    assert processors(tmp_path / "nowhere") == all_of_them
