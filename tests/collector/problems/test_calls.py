"""Problems over HTTP, through the door that every route has."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.rules.problem import Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.store import problems


def opening(school: str, device: str) -> Transition:
    found = Problem(
        key=key_of(school, "switch_down", device),
        school=school,
        kind="switch_down",
        subject=device,
        severity=Severity.CRITICAL,
        summary=f"{device} does not answer",
        members=("ap-1",),
        runbook="switch_down",
    )
    row = Row(problem=found, state=State.OPEN, pending_at=1.0, opened_at=2.0)
    return Transition(change="opened", before=None, after=row)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        for school, device in (("lincoln", "sw-1"), ("adams", "sw-2")):
            await running.collector.store.write(partial(problems.claim, change=opening(school, device), now=2.0))
        yield running


async def ask(running: Running, token: str, path: str = "", **query: str) -> tuple[int, Any]:
    url, headers = f"{running.url}/api/v1/problems{path}", {"Authorization": f"Bearer {token}"}
    async with running.http.get(url, headers=headers, params=query) as answer:
        return answer.status, await answer.json()


async def test_everyone_sees_the_problems_of_their_schools(running: Running):
    district = await running.api_token(role("viewer"))
    status, body = await ask(running, district)
    assert status == 200
    assert [each["school_id"] for each in body["problems"]] == ["adams", "lincoln"]
    of_lincoln = await running.api_token(role("school_staff", "lincoln"))
    _, body = await ask(running, of_lincoln)
    assert [each["school_id"] for each in body["problems"]] == ["lincoln"]
    assert (await ask(running, of_lincoln, school="adams"))[1]["problems"] == []
    status, told = await ask(running, of_lincoln, "/1")
    assert (status, told["members"], told["events"][0]["kind"]) == (200, ["ap-1"], "opened")
    assert (await ask(running, of_lincoln, "/2"))[0] == 404, "nobody learns of another school's"


async def test_a_list_is_read_in_pages(running: Running):
    token = await running.api_token(role("viewer"))
    _, first = await ask(running, token, limit="1")
    _, second = await ask(running, token, limit="1", after=str(first["next"]))
    assert [each["problem_id"] for each in first["problems"] + second["problems"]] == [2, 1]


@pytest.mark.parametrize("query", [{"state": "broken"}, {"after": "x"}, {"limit": "-1"}])
async def test_a_wrong_filter_is_said(running: Running, query: dict[str, str]):
    status, body = await ask(running, await running.api_token(role("viewer")), **query)
    assert status == 400
    assert next(iter(query)) in body["detail"]


async def acknowledge(running: Running, token: str, number: int, body: bytes = b"") -> tuple[int, Any]:
    url, headers = f"{running.url}/api/v1/problems/{number}/acknowledge", {"Authorization": f"Bearer {token}"}
    async with running.http.post(url, headers=headers, data=body) as answer:
        return answer.status, await answer.json()


async def test_those_who_respond_acknowledge_and_the_first_one_counts(running: Running):
    help_desk = await running.api_token(role("help_desk"))
    status, body = await acknowledge(running, help_desk, 1, b'{"note": "on my way"}')
    assert status == 200
    assert body["acknowledged_by"]
    again = await acknowledge(running, help_desk, 1)
    assert again == (200, body)
    assert [each["text"] for each in body["events"] if each["kind"] == "acknowledged"] == ["on my way"]


async def test_a_viewer_acknowledges_nothing_and_nonsense_is_refused(running: Running):
    viewer = await running.api_token(role("viewer"))
    assert (await acknowledge(running, viewer, 1))[0] == 403
    technician = await running.api_token(role("technician", "lincoln"))
    assert (await acknowledge(running, technician, 2))[0] == 404, "another school's"
    assert (await acknowledge(running, technician, 1, b'{"nota": 1}'))[0] == 400
    assert (await acknowledge(running, technician, 1, b"x" * 20_000))[0] == 413


async def test_the_metric_counts_what_is_known(running: Running):
    await running.collector.problems.keeper.recall(3.0)
    async with running.http.get(f"{running.url}/metrics") as answer:
        text = await answer.text()
    assert 'homeroom_problems{kind="switch_down",school="lincoln",severity="critical"} 1.0' in text


@pytest.mark.parametrize(
    "body", [b'{"note":"\xff"}', b'{"x":' + b"[" * 100_000, b"\xff", b'{"note":1}', b"[]"],
    ids=["not UTF-8", "nested", "no text", "a number", "a list"],
)  # fmt: skip
async def test_a_note_that_cannot_be_read_is_refused_and_nothing_is_acknowledged(running: Running, body: bytes):
    help_desk = await running.api_token(role("help_desk"))
    status, problem = await acknowledge(running, help_desk, 1, body)
    assert status in (400, 413)
    assert problem["status"] == status
    _, shown = await running.read("/api/v1/problems/1", role("viewer"))
    assert not shown["acknowledged_by"]
