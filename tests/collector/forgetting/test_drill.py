"""The deletion drill: after ``homeroom forget`` a serial number is found nowhere, and all else is as before."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections.abc import AsyncIterator, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

import killing
from homeroom_collector.access.link import make_link
from homeroom_collector.access.roles import Grant, Role
from homeroom_collector.store import Connection, Store, outbox, problem_tables, problems
from homeroom_collector.store.outbox import Leaving
from homeroom_collector.store.schema import assets, audit_log
from homeroom_collector.store.ticket_tables import alert_inbox, tickets
from killing import Collector, Ledger
from postgres import Server
from stack import until

SERIAL, OTHER = "SER0001", "SER0000"
TAG, PAID_TAG = "TAG-77812", "TAG-77813"


@pytest.fixture
async def serving(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Collector, aiohttp.ClientSession]]:
    async with killing.serving(tmp_path, store_url) as running:
        yield running


async def test_after_forget_the_serial_number_is_found_nowhere(
    request: pytest.FixtureRequest, serving: tuple[Collector, aiohttp.ClientSession], tmp_path: Path
):
    (collector, http), ledger = serving, Ledger()
    await killing.enrol(collector, ledger, http, 2)
    for device, serial in enumerate((OTHER, SERIAL)):
        await _report(collector, ledger, http, device, serial)
    browser = await _signed_in(collector)
    async with browser:
        device_id = await _write_everywhere(collector)
        pages = ("/devices", f"/devices/{device_id}", "/register", "/problems", "/refresh", "/metrics")
        before = [await _page(browser, collector, page) for page in pages]
        assert [status for status, _ in before] == [200] * len(pages)
        assert sum(SERIAL in text for _, text in before) >= 2, "it is on the pages at first"
        assert device_id in before[-1][1]

        status, _, err = await collector.command("forget", SERIAL)
        assert (status, "nothing was done" in err) == (1, True)
        status, out, err = await collector.command("forget", SERIAL.lower(), "--yes")
        assert status == 0, err
        assert "ticket 4711" in err
        receipt = re.search(r"receipt: (\w+)", out)
        assert receipt

        await until(partial(_gone, browser, collector, device_id), 60, "a collector that lets go")
        for page in pages:
            assert not _names(await _page(browser, collector, page), device_id), page
        # Its key is worth nothing any more; the other's is.
        assert await _status(collector, ledger, http, 1) == 401
        assert await _status(collector, ledger, http, 0) == 200

    assert (await collector.command("backup", str(tmp_path / "after.backup")))[0] == 0
    with zipfile.ZipFile(tmp_path / "after.backup") as archive:
        data = archive.read("data")
    assert OTHER.encode() in data
    log = collector.log.read_text()
    for word in (SERIAL, device_id, TAG):
        assert word.encode() not in data, f"{word} is in the next backup"
    assert SERIAL not in log
    await collector.end()
    files = _files(request, collector.store_url, tmp_path)
    assert any(OTHER.encode() in file.read_bytes() for file in files)
    for file in files:
        assert SERIAL.encode() not in file.read_bytes(), file

    assert "1 devices" in (await collector.command("forget", SERIAL, "--prove", receipt[1]))[1]
    assert (await collector.command("forget", OTHER, "--prove", receipt[1]))[0] == 1
    status, _, err = await collector.command("forget", SERIAL, "--yes")
    assert (status, err) == (1, f"nothing is known of {SERIAL}\n")
    await _check_what_stays(collector.store_url)


async def _report(collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int, serial: str) -> None:
    now = time.time()
    rows = [
        {"source": "agent", "sequence": n, "measured_at": now - 3600 * n, "sent_at": now, "cpu": {"usage_ratio": 0.5}}
        | {"identity": {"platform": "linux", "serial": serial, "model": "ThinkPad"}}
        for n in range(1, 40)
    ]
    headers = {"Authorization": f"Bearer {ledger.keys[device]}"}
    async with http.post(f"{collector.url}/api/v1/reports", json={"reports": rows}, headers=headers) as answer:
        assert (await answer.json())["accepted"] == 39


async def _status(collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int) -> int:
    now = time.time()
    body = {"reports": [{"source": "agent", "sequence": 100, "measured_at": now, "sent_at": now}]}
    headers = {"Authorization": f"Bearer {ledger.keys[device]}"}
    async with http.post(f"{collector.url}/api/v1/reports", json=body, headers=headers) as answer:
        return answer.status


async def _signed_in(collector: Collector) -> aiohttp.ClientSession:
    store = Store(collector.store_url)
    try:
        link = await make_link(store, collector.url, "somebody", Grant(Role.ADMIN, None), time.time() + 60)
    finally:
        await store.close()
    jar = aiohttp.CookieJar(unsafe=True)
    browser = aiohttp.ClientSession(cookie_jar=jar, headers={"Accept": "text/html"})
    async with browser.get(link, allow_redirects=False) as answer:
        assert answer.status == 303
    return browser


async def _page(browser: aiohttp.ClientSession, collector: Collector, path: str) -> tuple[int, str]:
    async with browser.get(collector.url + path) as answer:
        return answer.status, await answer.text()


def _names(page: tuple[int, str], device_id: str) -> bool:
    status, text = page
    return any(word in text for word in (SERIAL, TAG, *(() if status == 404 else (device_id,))))


async def _gone(browser: aiohttp.ClientSession, collector: Collector, device_id: str) -> bool | None:
    return True if device_id not in (await _page(browser, collector, "/metrics"))[1] else None


async def _write_everywhere(collector: Collector) -> str:
    """Let every corner of the store name the device, as months of work would."""
    store = Store(collector.store_url)
    try:
        return await store.write(_written)
    finally:
        await store.close()


def _written(connection: Connection) -> str:
    rows = connection.execute(sa.text("SELECT serial, device_id FROM devices"))
    ids: dict[str, str] = {row.serial: row.device_id for row in rows}
    ours, now = ids[SERIAL], time.time()
    line = {"school_id": "lincoln", "grade_band": "", "state": "in_use", "serial": SERIAL, "model": "ThinkPad"}
    connection.execute(assets.insert(), line | {"asset_tag": TAG, "sources": "{}"})
    connection.execute(assets.insert(), line | {"asset_tag": PAID_TAG, "sources": "{}", "erate_frn": "2199012345"})
    log = {"at": now, "source": "by hand", "field": "room", "before": None, "after": f"swapped with {SERIAL}"}
    connection.execute(audit_log.insert(), [log | {"subject": TAG}, log | {"subject": "TAG-1"}])
    _problem(connection, "disk_failing", ours, "its disk fails", ids.values())
    _problem(connection, "school_dark", "lincoln", f"{SERIAL} and others", ids.values())
    ticket = {
        "external_key": "hr1-x-1", "key": f"lincoln/disk_failing/{ours}", "generation": 1, "phase": "done",
        "source": "homeroom", "school": "lincoln", "severity": "warning", "desk_id": "4711", "first_at": now,
        "changed_at": now, "revision": 1, "body": "{}",
    }  # fmt: skip
    connection.execute(tickets.insert(), ticket)
    leaving = [Leaving("lincoln", device, now, json.dumps({"serial": serial})) for serial, device in ids.items()]
    outbox.put(connection, ["mimir"], leaving, now)
    body = json.dumps({"labels": {"device": ours}}).encode()
    connection.execute(alert_inbox.insert(), {"received_at": now, "body": body, "handled_at": now})
    return ours


def _problem(connection: Connection, kind: str, subject: str, summary: str, members: Iterable[str]) -> None:
    now = time.time()
    row = {
        "key": f"lincoln/{kind}/{subject}", "school_id": "lincoln", "kind": kind, "subject": subject,
        "severity": "warning", "state": "closed", "summary": summary, "runbook": "", "member_count": 2, "version": 1,
        "evidence": json.dumps([["serial", SERIAL, 12]]), "pending_at": now, "closed_at": now, "changed_at": now,
    }  # fmt: skip
    table = problem_tables.problems
    number = connection.execute(table.insert().values(row).returning(table.c.problem_id)).scalar_one()
    problems.record(connection, number, now, "note", author="Kim", text=f"saw {SERIAL.lower()} at the library")
    rows = [{"problem_id": number, "device_id": member} for member in members]
    connection.execute(problem_tables.problem_members.insert(), rows)


def _files(request: pytest.FixtureRequest, store_url: str, folder: Path) -> list[Path]:
    """Everything in which the store keeps its tables."""
    if store_url.startswith("sqlite"):
        return [*folder.glob("homeroom.db*")]
    server: Server = request.getfixturevalue("postgresql")
    return server.table_files(store_url)


async def _check_what_stays(store_url: str) -> None:
    """Rows of others are as they were, and every JSON is still JSON."""
    store = Store(store_url)

    def look(connection: Connection) -> dict[str, Any]:
        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in connection.execute(sa.text(query))]

        batches = [bytes(body) for (body,) in rows("SELECT body FROM outbox_batches")]
        return {
            "devices": rows("SELECT serial FROM devices"),
            "assets": rows("SELECT serial, model, erate_frn FROM assets"),
            "tags": rows("SELECT asset_tag FROM assets"),
            "problems": rows("SELECT kind, summary, evidence, member_count FROM problems"),
            "notes": rows("SELECT text FROM problem_events"),
            "log": rows("SELECT subject, after FROM audit_log WHERE source = 'by hand'"),
            "leaving": [each.raw for body in batches for each in outbox.unpacked(body)],
        }

    try:
        found = await store.read(look)
    finally:
        await store.close()
    assert found["devices"] == [(OTHER,)]
    assert found["assets"] == [(None, "ThinkPad", "2199012345")], "what E-rate paid for stays, without a name"
    assert found["tags"][0][0].startswith("forgotten-")
    assert found["problems"] == [("school_dark", "[forgotten] and others", '[["serial","[forgotten]",12]]', 1)]
    assert found["notes"] == [("saw [forgotten] at the library",)]
    assert found["log"] == [("TAG-1", "swapped with [forgotten]")]
    assert found["leaving"] == [json.dumps({"serial": OTHER})]
