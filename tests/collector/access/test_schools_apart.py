"""Staff of one school on every page: no word of another school, and no way to tell its devices from none at all."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.app import decision_worker
from homeroom_collector.model import Device
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.problem import Problem, Severity
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import Connection, assets, problems

OTHERS = re.compile(r"roosevelt|ROO-|SECRET|foreign", re.IGNORECASE)
PAGES = (
    "/", "/devices", "/devices?q=SECRET", "/devices?q=ROO-0001", "/devices?q=foreign", "/devices?school=roosevelt",
    "/schools/lincoln", "/network", "/network?school=roosevelt", "/problems", "/problems?school=roosevelt",
    "/standards", "/refresh", "/refresh?budget=1", "/erate", "/equity", "/register", "/devices/own",
)  # fmt: skip


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        for device_id, school, serial in (("own", "lincoln", "OWN1"), ("foreign", "roosevelt", "SECRET1")):
            facts = Device(device_id=device_id, device_class="computer", school_id=school, serial=serial)
            running.collector.fleet.put_device(facts)
        await running.collector.store.write(_register)
        await decision_worker(running.collector).work(time.time())
        yield running


def _register(connection: Connection) -> None:
    found = (
        ("LIN-0001", "OWN1", "lincoln"),
        ("ROO-0001", "SECRET1", "roosevelt"),
        ("ROO-0002", "SECRET2", "roosevelt"),
    )
    assets.add(
        connection,
        [
            Entry(asset=Asset(asset_tag=tag, serial=serial, school_id=school), sources={})
            for tag, serial, school in found
        ],
    )
    for school, subject in (("lincoln", "own"), ("roosevelt", "foreign")):
        problem = Problem(
            key=f"{school}/battery_worn/{subject}",
            school=school,
            kind="battery_worn",
            subject=subject,
            severity=Severity.WARNING,
            summary=f"{subject} battery is worn",
        )
        row = Row(problem=problem, state=State.OPEN, pending_at=1.0, opened_at=2.0)
        assert problems.claim(connection, Transition(before=None, after=row, change="opened"), 2.0)


@pytest.fixture
async def staff(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with await running.signed_in(role("school_staff", "lincoln")) as browser:
        yield browser


async def seen(browser: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with browser.get(url) as answer:
        # The clock at the foot of the page, and what was asked for, are no secret.
        text = re.sub(r"<footer>.*?</footer>|value=\"[^\"]*\"", "", await answer.text(), flags=re.DOTALL)
        return answer.status, text


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_has_a_word_of_another_school(running: Running, staff: aiohttp.ClientSession, path: str):
    status, text = await seen(staff, running.url + path)
    assert status == 200
    assert not OTHERS.search(text)


@pytest.mark.parametrize("path", PAGES)
async def test_the_district_sees_both(running: Running, path: str):
    async with await running.signed_in(role("viewer")) as viewer:
        assert (await seen(viewer, running.url + path))[0] == 200
        if path in ("/", "/devices", "/problems"):
            text = (await seen(viewer, running.url + path))[1]
            assert OTHERS.search(text)


@pytest.mark.parametrize(
    ("foreign", "nothing"),
    [
        ("/devices/foreign", "/devices/nobody"),
        ("/schools/roosevelt", "/schools/nowhere"),
        ("/problems/2", "/problems/99"),
    ],
)
async def test_what_is_not_shown_is_answered_as_what_is_not_there(
    running: Running, staff: aiohttp.ClientSession, foreign: str, nothing: str
):
    one, other = await seen(staff, running.url + foreign), await seen(staff, running.url + nothing)
    assert one == other
    assert one[0] == 404


async def test_staff_cannot_answer_for_anybody_or_set_up_anything(running: Running, staff: aiohttp.ClientSession):
    async with staff.get(running.url + "/") as answer:
        form = {"csrf": re.search(r'name="csrf" value="(\w+)"', await answer.text())[1]}
    for path in ("/problems/1/acknowledge", "/problems/2/acknowledge", "/set-up/tokens"):
        async with staff.post(running.url + path, data=form) as answer:
            assert answer.status == 403, path
    assert await running.rows("SELECT count(*) FROM problems WHERE acknowledged_at IS NOT NULL") == [(0,)]


async def test_help_desk_of_one_school_answers_for_it_and_for_no_other(running: Running):
    async with await running.signed_in(role("help_desk", "lincoln")) as desk:
        async with desk.get(running.url + "/problems/1") as answer:
            form = {"csrf": re.search(r'name="csrf" value="(\w+)"', await answer.text())[1], "note": "on it"}
        for number, expected in ((1, 200), (2, 404)):
            async with desk.post(f"{running.url}/problems/{number}/acknowledge", data=form) as answer:
                assert answer.status == expected
    found = await running.rows("SELECT problem_id, acknowledged_by FROM problems WHERE acknowledged_at IS NOT NULL")
    assert found == [(1, "somebody")]
