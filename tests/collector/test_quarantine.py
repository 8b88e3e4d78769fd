"""A device that no inventory lists: its reports are kept, it counts nowhere, and somebody decides."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.config import Settings
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.ingest.enrolment_settings import EnrolmentSettings
from homeroom_collector.ingest.quarantine_keeper import QuarantineKeeper
from homeroom_collector.rules.admission import AcceptRule
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import assets, keys, standing


def strict(folder: Path, *rules: AcceptRule) -> Settings:
    return settings_at(folder, enrolment=EnrolmentSettings(quarantine="computers", accept=list(rules)))


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(strict(tmp_path)) as running:
        yield running


def keeper(running: Running) -> QuarantineKeeper:
    return running.collector.quarantine


async def listed(running: Running, serial: str) -> None:
    entry = Entry(asset=Asset(asset_tag="A1", serial=serial, school_id="lincoln"), sources={})
    await running.collector.store.write(lambda connection: assets.add(connection, [entry]))


async def decided(running: Running, after: str) -> None:
    def work(connection: Any) -> None:
        for number in standing.not_accepted(connection):
            standing.decide(connection, number, ("quarantined", "rejected"), after, "by a person", time.time())

    await running.collector.store.write(work)


async def metrics(running: Running) -> str:
    async with running.http.get(f"{running.url}/metrics") as answer:
        return await answer.text()


async def events(running: Running) -> list[str]:
    return [kind for (kind,) in await running.rows("SELECT kind FROM device_events ORDER BY event_id")]


async def test_what_it_reports_is_kept_and_counts_nowhere(running: Running):
    key = await running.key(serial="5CD1")
    status, answer = await running.send(key, report(1, uptime={"uptime_seconds": 77.0}))
    assert (status, answer["accepted"]) == (200, 1)
    assert await running.rows("SELECT seen, report IS NOT NULL FROM latest") == [("1", 1)]
    said = await metrics(running)
    assert "homeroom_device_uptime_seconds" not in said.replace("# HELP homeroom_device_uptime_seconds", "")
    assert 'homeroom_devices{school="lincoln"' not in said
    today = datetime.now(UTC).date()
    district = await Reader(store=running.collector.store, zone=ZoneInfo("UTC"), wan={}).district(today)
    assert district.devices == ()
    assert await events(running) == ["enrolled", "quarantined"]


async def test_a_metric_says_how_many_wait(running: Running):
    await running.key(serial="5CD1")
    await keeper(running).look(time.time())
    assert 'homeroom_devices_not_accepted{school="lincoln",standing="quarantined"} 1.0' in await metrics(running)


async def test_once_an_inventory_lists_it_everything_that_it_reported_is_there(running: Running):
    key = await running.key(serial="5cd1")
    await running.send(key, report(1, uptime={"uptime_seconds": 77.0}))
    await listed(running, "5CD1")
    await keeper(running).look(time.time())
    assert "} 77.0" in "".join(line for line in (await metrics(running)).splitlines() if "uptime_seconds{" in line)
    assert await events(running) == ["enrolled", "quarantined", "accepted"]
    assert (await running.send(key, report(2)))[1]["accepted"] == 1


async def test_an_inventory_that_lists_it_before_lets_it_in_at_once(running: Running):
    await listed(running, "5CD1")
    await running.key(serial="5CD1")
    assert await events(running) == ["enrolled"]


async def test_a_person_accepts_it_and_it_stays_accepted_over_a_restart(running: Running, tmp_path: Path):
    key = await running.key(serial="5CD1")
    await running.send(key, report(1))
    await decided(running, "accepted")
    await keeper(running).look(time.time())
    assert len(running.collector.fleet) == 1
    await running.key(serial="5CD1")
    assert await events(running) == ["enrolled", "quarantined", "accepted", "reenrolled"]
    async with collecting(strict(tmp_path)) as again:
        assert len(again.collector.fleet) == 1


async def test_a_rejected_device_is_told_so_and_comes_back_when_somebody_changes_his_mind(running: Running):
    key = await running.key(serial="5CD1")
    await decided(running, "rejected")
    await running.collector.keyring.drop_revoked()
    assert (await running.send(key, report(1)))[0] == 401
    status, answer = await running.enroll(serial="5CD1")
    assert status == 403
    assert "rejected" in answer["detail"]
    await decided(running, "accepted")
    again = await running.key(serial="5CD1")
    assert (await running.send(again, report(1)))[1]["accepted"] == 1


async def test_rejecting_an_accepted_device_takes_it_out_of_the_fleet(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        await running.key(serial="5CD1")
        assert len(running.collector.fleet) == 1
        accepted = ("accepted",)

        def work(connection: Any) -> bool:
            return standing.decide(connection, 1, accepted, "rejected", "by a person", time.time())

        assert await running.collector.store.write(work)
        await keeper(running).look(time.time())
        assert len(running.collector.fleet) == 0
        assert await running.collector.store.read(keys.working) == []


async def test_a_new_rule_lets_in_those_who_wait(running: Running, tmp_path: Path):
    key = await running.key(serial="5CD1", model="HP 11 G8")
    await running.send(key, report(1))
    await running.key(serial="PF2", model="other")
    async with collecting(strict(tmp_path, AcceptRule(model="hp*"))) as again:
        await keeper(again).look(time.time())
        assert len(again.collector.fleet) == 1


async def test_a_quarantined_device_gets_no_leave_to_measure_and_copies_of_it_are_still_told_apart(running: Running):
    key = await running.key(serial="5CD1")
    status, answer = await running.send(key, report(1))
    assert status == 200
    assert "throughput_slot" not in answer["settings"]
    said = report(2, identity={"platform": "linux", "serial": "PF2"})
    assert (await running.send(key, said))[0] == 401
