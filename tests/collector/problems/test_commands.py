"""``homeroom problems`` and ``homeroom maintenance``, as people type them."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.cli import main
from homeroom_collector.model import School
from homeroom_collector.rules.problem import Evidence, Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.store import open_store, problems, schools

KEY = key_of("lincoln", "switch_down", "sw-1")


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    """A configuration whose store holds a cause and an effect."""
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\ntimezone: America/Chicago\n")
    asyncio.run(_fill(f"sqlite:///{tmp_path / 'homeroom.db'}"))
    return ["--config", str(file)]


async def _fill(url: str) -> None:
    switch = Problem(
        key=KEY,
        school="lincoln",
        kind="switch_down",
        subject="sw-1",
        severity=Severity.CRITICAL,
        summary="sw-1 does not answer",
        evidence=(Evidence(name="silent_seconds", measured=61.0, rule=30.0),),
        members=("ap-1", "ap-2"),
        runbook="switch_down",
    )
    point = Problem(
        key=key_of("lincoln", "access_point_down", "ap-1"),
        school="lincoln",
        kind="access_point_down",
        subject="ap-1",
        severity=Severity.WARNING,
        summary="ap-1 does not answer",
        cause=KEY,
    )
    async with open_store(url) as store:
        await store.write(partial(schools.put, schools=[School(school_id="lincoln", name="Lincoln")]))
        for problem in (switch, point):
            row = Row(problem=problem, state=State.OPEN, pending_at=1_795_000_000, opened_at=1_795_000_030)
            change = Transition(change="opened", before=None, after=row)
            await store.write(partial(problems.claim, change=change, now=1_795_000_030))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(words) == 0
    return capsys.readouterr().out


def test_the_list_shows_causes_and_effects_when_asked(config: list[str], capsys: pytest.CaptureFixture[str]):
    rows: list[dict[str, Any]] = json.loads(said(capsys, "problems", "list", "--format", "json", *config))
    assert [(row["kind"], row["members"]) for row in rows] == [("switch_down", 2)]
    rows = json.loads(said(capsys, "problems", "list", "--effects", "--format", "json", *config))
    assert [(row["kind"], row["cause"]) for row in rows] == [("access_point_down", KEY), ("switch_down", None)]
    assert json.loads(said(capsys, "problems", "list", "--school", "adams", "--format", "json", *config)) == []
    assert "sw-1 does not answer" in said(capsys, "problems", "list", *config)


def test_one_problem_is_told_with_all_that_belongs_to_it(config: list[str], capsys: pytest.CaptureFixture[str]):
    main(["problems", "ack", KEY, "--as", "kim", "--note", "on my way", *config])
    main(["problems", "own", KEY, "lee", "--as", "kim", *config])
    main(["problems", "note", KEY, "breaker was out", "--as", "lee", *config])
    told = said(capsys, "problems", "show", KEY, *config)
    for words in (
        "critical: sw-1 does not answer", "silent_seconds = 61.0 (rule: 30.0)", "explains 2 devices:", "ap-1, ap-2",
        "lincoln/access_point_down/ap-1", "acknowledged by kim: on my way", "owner by kim: lee",
        "note by lee: breaker was out", "docs/runbooks/switch_down.md",
    ):  # fmt: skip
        assert words in told
    again = said(capsys, "problems", "ack", KEY, "--as", "lee", *config)
    assert "acknowledged before" in again
    times = json.loads(said(capsys, "problems", "times", "--days", "100000", "--format", "json", *config))
    assert [(row["school_id"], row["opened"], row["acknowledged"]) for row in times] == [("lincoln", 1, 1)]


def test_what_is_not_there_is_said(config: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["problems", "show", "999", *config]) == 1
    assert "not known" in capsys.readouterr().err
    assert main(["problems", "note", KEY, " ", *config]) == 1
    assert "needs a text" in capsys.readouterr().err


def test_maintenance_is_planned_listed_and_ended(config: list[str], capsys: pytest.CaptureFixture[str]):
    planned = said(
        capsys, "maintenance", "add", "--school", "lincoln", "--for", "4h", "--reason", "new core", *config
    )  # fmt: skip
    assert planned.startswith("maintenance 1: until ")
    later = ("--school", "all", "--from", "2099-07-06T18:00", "--for", "90m")
    assert "2099-07-06 19:30" in said(capsys, "maintenance", "add", *later, *config)
    rows = json.loads(said(capsys, "maintenance", "list", "--format", "json", *config))
    assert [(row["school_id"], row["reason"]) for row in rows] == [("lincoln", "new core"), ("all", "")]
    assert "ended" in said(capsys, "maintenance", "end", "1", *config)
    assert "ended" in said(capsys, "maintenance", "end", "2", *config)
    assert json.loads(said(capsys, "maintenance", "list", "--format", "json", *config)) == []
    assert len(json.loads(said(capsys, "maintenance", "list", "--past", "--format", "json", *config))) == 1
    assert main(["maintenance", "end", "1", *config]) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--school", "lincon", "--for", "1h"], "school 'lincon' is not known"),
        (["--device", "sw-9", "--for", "1h"], "device 'sw-9' is not known"),
        (["--school", "lincoln", "--for", "soon"], "not a duration"),
        (["--school", "lincoln", "--for", "0s"], "longer than 0"),
        (["--school", "lincoln", "--for", "1h", "--from", "tomorrow"], "not a time"),
    ],
)
def test_a_window_that_cannot_be_is_refused(
    config: list[str], capsys: pytest.CaptureFixture[str], words: list[str], says: str
):
    assert main(["maintenance", "add", *words, *config]) == 1
    assert says in capsys.readouterr().err
