"""Devices that wait: who sees them, who decides, and that what was decided holds."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from collector.collecting import Running, collecting, report, role, settings_at
from homeroom_collector.ingest.enrolment_settings import EnrolmentSettings
from homeroom_collector.rules.admission import AcceptRule
from homeroom_collector.views.pages import quarantine

WORD = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    rule = AcceptRule(model="Expected")
    enrolment = EnrolmentSettings(quarantine="computers", accept=[rule])
    async with collecting(settings_at(tmp_path, enrolment=enrolment)) as running:
        yield running


@pytest.fixture
async def technician(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with await running.signed_in(role("technician")) as browser:
        yield browser


@pytest.fixture
async def of_lincoln(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with await running.signed_in(role("technician", "lincoln")) as browser:
        yield browser


async def page(running: Running, browser: aiohttp.ClientSession, path: str = "/quarantine") -> str:
    async with browser.get(running.url + path) as answer:
        assert answer.status == 200
        return await answer.text()


async def post(running: Running, browser: aiohttp.ClientSession, **fields: str | list[str]) -> tuple[int, str]:
    word = WORD.search(await page(running, browser))
    assert word
    form = [("csrf", word[1]), *pairs(fields)]
    async with browser.post(f"{running.url}/quarantine", data=form) as answer:
        return answer.status, await answer.text()


def pairs(fields: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    return [(name, each) for name, value in fields.items() for each in ([value] if isinstance(value, str) else value)]


async def waiting(running: Running, serial: str, school_id: str = "lincoln") -> tuple[str, str]:
    """A device that waits: its id and its key."""
    token = await running.token(school_id)
    status, given = await running.enroll(token, serial=serial, model="HP 11 G8")
    assert status == 201
    return given["device_id"], given["device_key"]


async def look(running: Running) -> None:
    await running.collector.quarantine.look(time.time())


async def test_it_says_who_waits_and_why(running: Running, technician: aiohttp.ClientSession):
    await waiting(running, "5CD1")
    text = await page(running, technician)
    assert "5CD1" in text
    assert "HP 11 G8" in text
    assert "no inventory lists it" in text


async def test_an_accepted_device_is_there_with_what_it_reported_and_the_event_says_by_whom(
    running: Running, technician: aiohttp.ClientSession
):
    device_id, key = await waiting(running, "5CD1")
    await running.send(key, report(1, uptime={"uptime_seconds": 77.0}))
    status, text = await post(running, technician, action="accept", device=device_id)
    assert status == 200
    assert "1 device accepted" in text
    assert "5CD1" not in text
    await look(running)
    assert "1 minute" in await page(running, technician, f"/devices/{device_id}")
    events = await running.rows("SELECT kind, detail FROM device_events ORDER BY event_id DESC LIMIT 1")
    assert events == [("accepted", "by somebody")]


async def test_a_device_accepted_into_another_school_reports_there_from_then_on(
    running: Running, technician: aiohttp.ClientSession
):
    device_id, key = await waiting(running, "5CD1", "lincoln")
    await post(running, technician, action="accept", device=device_id, school="roosevelt")
    await look(running)
    assert (await running.send(key, report(1)))[0] == 200
    member = running.collector.fleet.member(device_id)
    assert member is not None
    assert member.device.school_id == "roosevelt"
    known = running.collector.keyring.known(f"Bearer {key}")
    assert known is not None
    assert known.school_id == "roosevelt"
    assert ("moved", "school lincoln to roosevelt") in await running.rows("SELECT kind, detail FROM device_events")


async def test_a_rejected_device_is_refused_and_can_be_let_in_again_from_the_other_list(
    running: Running, technician: aiohttp.ClientSession
):
    device_id, key = await waiting(running, "5CD1")
    await post(running, technician, action="reject", device=device_id)
    await running.collector.keyring.drop_revoked()
    assert (await running.send(key, report(1)))[0] == 401
    assert "5CD1" in await page(running, technician, "/quarantine?standing=rejected")
    status, text = await post(running, technician, action="accept", standing="rejected", device=device_id)
    assert status == 200
    assert "1 device accepted" in text
    assert (await running.enroll(serial="5CD1"))[0] == 201


async def test_long_lists_come_in_pages_and_one_whole_page_is_accepted_at_once(
    running: Running, technician: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quarantine, "SIZE", 3)
    for number in range(5):
        await waiting(running, f"SER{number}")
    first, second = [await page(running, technician, f"/quarantine?page={number}") for number in (1, 2)]
    assert [f"SER{number}" in first for number in range(5)] == [False, False, True, True, True]
    assert [f"SER{number}" in second for number in range(5)] == [True, True, False, False, False]
    shown = re.findall(r'name="shown" value="([^"]+)"', first)
    _, text = await post(running, technician, action="accept", all="1", shown=shown)
    assert "3 devices accepted" in text
    assert re.findall(r'name="shown" value="([^"]+)"', text) == re.findall(r'name="shown" value="([^"]+)"', second)


async def test_a_device_is_found_by_a_part_of_its_serial_number(running: Running, technician: aiohttp.ClientSession):
    for serial in ("5CD1", "PF_2"):
        await waiting(running, serial)
    found = await page(running, technician, "/quarantine?q=pf_")
    assert "PF_2" in found
    assert "5CD1" not in found
    assert "None fits." in await page(running, technician, "/quarantine?q=%25")


async def test_who_works_for_one_school_neither_sees_nor_decides_on_devices_of_another(
    running: Running, of_lincoln: aiohttp.ClientSession
):
    await waiting(running, "OWN1", "lincoln")
    foreign, _ = await waiting(running, "SECRET1", "roosevelt")
    text = await page(running, of_lincoln)
    assert "OWN1" in text
    assert not re.search("SECRET|roosevelt", text, re.IGNORECASE)
    for action in ("accept", "reject"):
        _, text = await post(running, of_lincoln, action=action, device=foreign)
        assert "0 devices" in text
    assert await running.rows("SELECT standing FROM devices WHERE serial = 'SECRET1'") == [("quarantined",)]


async def test_nobody_is_moved_into_a_school_that_the_decider_does_not_have(
    running: Running, of_lincoln: aiohttp.ClientSession
):
    device_id, _ = await waiting(running, "OWN1", "lincoln")
    for school_id in ("roosevelt", "nowhere"):
        status, text = await post(running, of_lincoln, action="accept", device=device_id, school=school_id)
        assert status == 422
        assert "choose one of your schools" in text
    assert await running.rows("SELECT standing FROM devices") == [("quarantined",)]


async def test_a_device_that_was_accepted_meanwhile_is_not_rejected_by_an_old_page(
    running: Running, technician: aiohttp.ClientSession
):
    device_id, _ = await waiting(running, "5CD1")
    await post(running, technician, action="accept", device=device_id)
    _, text = await post(running, technician, action="reject", device=device_id)
    assert "0 devices rejected: somebody decided on them before" in text
    assert await running.rows("SELECT standing FROM devices") == [("accepted",)]


async def test_forms_that_no_page_of_ours_sends_are_refused(running: Running, technician: aiohttp.ClientSession):
    device_id, _ = await waiting(running, "5CD1")
    assert (await post(running, technician, action="accept"))[0] == 422
    assert (await post(running, technician, action="delete", device=device_id))[0] == 422
    async with technician.post(f"{running.url}/quarantine", data={"action": "accept", "device": device_id}) as answer:
        assert answer.status == 403
    assert await running.rows("SELECT standing FROM devices") == [("quarantined",)]


async def test_the_overview_tells_whoever_may_decide_and_the_navigation_leads_there(
    running: Running, technician: aiohttp.ClientSession
):
    await waiting(running, "5CD1")
    await waiting(running, "PF2", "roosevelt")
    assert "2 devices waiting to be accepted" in await page(running, technician, "/")
    for grant, seen in ((role("viewer"), False), (role("technician", "lincoln"), True)):
        async with await running.signed_in(grant) as browser:
            text = await page(running, browser, "/")
            assert ('href="/quarantine"' in text) == seen
            assert ("1 device waiting" in text) == seen
            assert 'href="/set-up"' not in text
