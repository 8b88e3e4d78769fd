"""The satellite itself: what is measured is on its disk, goes out at its own time, and is there once."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import time
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import collecting, settings_at
from collector.satellites.test_intake import enrol, token
from homeroom_agent.errors import SpoolError
from homeroom_agent.report import NetworkGear, Report
from homeroom_agent.report.network import Interface, PollCost, System
from homeroom_agent.spool import Entry, Moment
from homeroom_collector.config import HistorySettings
from homeroom_collector.errors import ConfigError, SatelliteError
from homeroom_collector.history.reader import HistoryReader
from homeroom_collector.history.sample import GearSample
from homeroom_collector.satellite import key
from homeroom_collector.satellite.forwarding import Forwarder
from homeroom_collector.satellite.moments import Moments
from homeroom_collector.satellite.outlet import Outlet, open_spool
from homeroom_collector.satellite.settings import CollectorSettings, SatelliteSettings, SpoolSettings, load
from homeroom_collector.secret import Secret

EXAMPLE = Path(__file__).parents[3] / "configs" / "satellite.yml"
DAY = 86_400


def settings(folder: Path, url: str = "http://127.0.0.1:9", given: str | None = None) -> SatelliteSettings:
    secret = None if given is None else Secret(given)
    return SatelliteSettings(
        collector=CollectorSettings(url=url, token=secret, proxy="none", timeout=10.0),
        spool=SpoolSettings(directory=folder / "satellite"),
    )


def gear(at: float, device_id: str = "switch-1", octets: int = 0) -> Report:
    return Report(
        source="snmp",
        device_id=device_id,
        sequence=0,
        measured_at=at,
        network=NetworkGear(
            reachable=True,
            system=System(uptime_seconds=at % 1e6),
            interfaces=[Interface(index=1, name="1", in_octets=octets, out_octets=0, counter_bits=64)],
            poll=PollCost(duration_seconds=0.1, requests=1, variables=1),
        ),
    )


class Clocks:
    """Both clocks of a machine; ``wall`` may be set, ``steady`` not."""

    def __init__(self, wall: float) -> None:
        self.wall, self.steady = wall, 1_000.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def going_on(self) -> Moments:
        """From now on as real time goes by."""
        self.pass_(time.time() - self.wall)
        ahead = self.steady - time.monotonic()
        return Moments("boot", lambda: time.monotonic() + ahead, time.time)

    def moments(self, boot: str = "boot") -> Moments:
        return Moments(boot, lambda: self.steady, lambda: self.wall)


async def test_a_day_without_the_collector_loses_nothing(tmp_path: Path):
    """A poll each minute; 1,440 of them wait, and arrive at the times at which they were measured."""
    start = float(int(time.time()) - DAY)
    clocks = Clocks(start)
    spool_settings = settings(tmp_path).spool
    history = HistorySettings(gear_samples_every=60.0)
    async with collecting(settings_at(tmp_path, history=history)) as running:
        its = settings(tmp_path, running.url, await token(running))
        with open_spool(spool_settings, lambda: clocks.wall) as spool, open_spool(spool_settings) as other:
            outlet = Outlet(spool, clocks.moments().now)
            for minute in range(DAY // 60):
                await outlet.submit(gear(clocks.wall, octets=minute))
                clocks.pass_(60)
            assert len(spool) == DAY // 60
            forwarder = Forwarder(its, other, clocks.going_on())
            tally = await asyncio.to_thread(forwarder.attempt)
            assert (tally.sent, tally.duplicates, tally.refused) == (DAY // 60, 0, 0)
            assert len(spool) == spool.lost_total == 0
            await outlet.close()
        samples = await HistoryReader(running.collector.store).samples("switch-1", start - 1, start + DAY)
    assert [round(each.at) for each in samples] == [start + 60 * n for n in range(DAY // 60)]
    counters = [each.ports[0].in_octets for each in samples if isinstance(each, GearSample)]
    assert counters == list(range(DAY // 60))


async def test_an_answer_that_is_lost_makes_no_report_count_twice(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        its = settings(tmp_path, running.url, await token(running))
        with open_spool(its.spool) as spool, open_spool(its.spool) as other:
            outlet, forwarder = Outlet(spool, Moments().now), Forwarder(its, other, Moments())
            for second in range(5):
                await outlet.submit(gear(time.time() - 5 + second))
            other.ack = _killed  # type: ignore[method-assign]
            with pytest.raises(SpoolError):
                await asyncio.to_thread(forwarder.attempt)
            del other.ack
            tally = await asyncio.to_thread(forwarder.attempt)
            await outlet.close()
    assert (tally.sent, tally.duplicates) == (0, 5)


def _killed(_numbers: Any) -> None:
    raise SpoolError("killed before the answer was read")


async def test_numbers_follow_the_clock_and_never_go_back_with_it(tmp_path: Path):
    clocks = Clocks(1_800_000_000.0)
    with open_spool(settings(tmp_path).spool, lambda: clocks.wall) as spool:
        outlet = Outlet(spool, clocks.moments().now)
        for step in (0.0, 60.0, -3_600.0, 60.0):
            clocks.wall += step
            await outlet.submit(gear(clocks.wall))
        numbers = [each.sequence for each in spool.peek(10)]
        written = [json.loads(each.body)["sequence"] for each in spool.peek(10)]
        await outlet.close()
    assert numbers == written == sorted(set(numbers))
    assert numbers[1] == 1_800_000_060_000


def test_a_clock_that_was_wrong_when_it_measured_is_put_right_when_it_sends():
    clocks = Clocks(1_000_000.0)  # 1970: no battery for the clock
    moments = clocks.moments()
    body = b'{"source":"snmp","sequence":1,"measured_at":1000000.0}'
    entry = Entry(1, body, clocks.wall, moments.now())
    clocks.pass_(300)
    clocks.wall = 1_800_000_000.0
    document = json.loads(moments.stamped(entry))
    assert (document["measured_at"], document["sent_at"]) == (1_799_999_700.0, 1_800_000_000.0)


@pytest.mark.parametrize("moment", [None, Moment("an earlier boot", 5.0)])
def test_without_a_steady_clock_of_this_boot_a_time_is_left_as_it_is(moment: Moment | None):
    clocks = Clocks(1_800_000_000.0)
    entry = Entry(1, b'{"source":"snmp","sequence":1,"measured_at":1000.0}', 1_000.0, moment)
    assert json.loads(clocks.moments().stamped(entry))["measured_at"] == 1_000.0


async def test_how_it_fares_is_told(tmp_path: Path):
    with open_spool(settings(tmp_path).spool) as spool:
        outlet = Outlet(spool, Moments().now)
        await outlet.submit(gear(1.0))
        await outlet.submit(dataclasses.replace(gear(1.0, "switch-2"), network=NetworkGear(reachable=False)))
        await outlet.tell(2.0, targets=["switch-1", "switch-2", "switch-3"], busy_ratio=0.25)
        document = json.loads(spool.peek(10)[-1].body)
        await outlet.close()
    facts = {"targets": 3, "answering": 1, "waiting_reports": 2, "poll_busy_ratio": 0.25}
    assert (document["satellite"], document["lost_reports_total"]) == (facts, 0)


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path):
    assert key.load(tmp_path) is None
    key.save(tmp_path / "new", Secret("hsk1.secret"))
    assert key.load(tmp_path / "new") == Secret("hsk1.secret")
    assert (tmp_path / "new" / key.FILE_NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / "new" / key.FILE_NAME).write_text("{")
    with pytest.raises(SatelliteError, match="damaged"):
        key.load(tmp_path / "new")


async def test_without_key_and_token_it_says_what_to_do(tmp_path: Path):
    with open_spool(settings(tmp_path).spool) as spool, pytest.raises(SatelliteError, match="homeroom satellite add"):
        await asyncio.to_thread(Forwarder(settings(tmp_path), spool, Moments()).attempt)


async def test_a_key_that_is_not_known_any_more_is_replaced_with_a_new_token(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        its = settings(tmp_path, running.url, await token(running))
        with open_spool(its.spool) as spool:
            await _send_one(spool, its)
            await enrol(running, await token(running))  # somebody else took its place
            again = settings(tmp_path, running.url, await token(running))
            assert (await _send_one(spool, again)).sent == 1


async def _send_one(spool: Any, its: SatelliteSettings) -> Any:
    outlet = Outlet(spool, Moments().now)
    await outlet.submit(gear(time.time()))
    await outlet.close()
    return await asyncio.to_thread(Forwarder(its, spool, Moments()).attempt)


def leaves(cls: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, hint in typing.get_type_hints(cls).items():
        nested = [found for found in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(found)]
        yield from leaves(nested[0], (*path, name)) if nested else [(*path, name)]


@pytest.mark.parametrize("path", list(leaves(SatelliteSettings)), ids=".".join)
def test_every_key_is_documented_in_the_example(path: tuple[str, ...]):
    text = EXAMPLE.read_text(encoding="utf-8")
    if path[-1] in ("school", "wan") and "targets" in path:
        return  # refused on a satellite
    for name in path:
        name = re.sub("_(env|file)$", "", name)
        assert re.search(rf"(^|[\s#{{]){name}(_env|_file)?:", text), f"{'.'.join(path)} is not in {EXAMPLE}"


def test_the_example_shows_the_defaults():
    shown, default = load(EXAMPLE), SatelliteSettings(collector=CollectorSettings(url="x"))
    assert shown.snmp == default.snmp
    for name in ("send_every", "report_every", "longest_backoff"):
        assert getattr(shown, name) == getattr(default, name)
    assert (shown.spool.max_bytes, shown.spool.max_age) == (default.spool.max_bytes, default.spool.max_age)
    assert dataclasses.replace(shown.collector, url="x") == default.collector


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    (tmp_path / "satellite.yml").write_text(
        "collector: {url: homeroom, token: a, token_file: b}\nsend_every: 0\nspool: {max_bytes: 1}\n"
        "snmp:\n  credentials: [{name: c, community: public}]\n"
        "  targets: [{name: a, host: b, school: lincoln, wan: [x]}]\n"
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "satellite.yml")
    text = "\n".join(caught.value.problems)
    for part in (
        "collector.url",
        "collector.token: a secret",
        "send_every",
        "spool.max_bytes",
        "targets[0].school",
        "[0].wan",
    ):
        assert part in text
