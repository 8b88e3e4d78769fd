"""An extension and an agent in a container report for one device: neither replaces what the other knows."""

import json
from random import Random
from typing import Any

import pytest

from collector.ingest.test_merge import NOW, WIRE, Shelf, made
from homeroom_collector.ingest.joined import GoogleFacts, stored_report
from homeroom_collector.store.latest import Stored

BROWSER = {"source": "extension", "cpu": {"usage_ratio": 0.3, "model": "N4500"}, "os": {"version": "142"}}
CONTAINER = {"source": "agent", "cpu": {"usage_ratio": 0.9, "model": "VM"}, "memory": {"total_bytes": 5}}


def browser(sequence: int, at: float, **changed: Any) -> dict[str, Any]:
    return made(sequence, at, **(BROWSER | changed))


def container(sequence: int, at: float, **changed: Any) -> dict[str, Any]:
    return made(sequence, at, **(CONTAINER | changed))


def known(shelf: Shelf) -> dict[str, Any]:
    row = shelf.row
    report = stored_report(Stored("dev", 1, row["report"], row.get("kept"), row["measured_at"], NOW, None, None))
    WIRE.report(report)
    document: dict[str, Any] = json.loads(report)
    return document


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_arrival_does_not_matter(seed: int):
    reports = [browser(n, NOW - 600 + 60 * n) for n in range(5)] + [container(n, NOW - 590 + 60 * n) for n in range(5)]
    Random(seed).shuffle(reports)
    shelf = Shelf()
    for report in reports:
        assert shelf.take([report], writer=report["source"])[0], "the other source's number is another report"
    document = known(shelf)
    assert document["cpu"] == {"usage_ratio": 0.3, "model": "N4500"}, "a container sees a virtual machine"
    assert document["memory"] == {"total_bytes": 5}, "what only the container says is known"
    assert document["os"] == {"version": "142"}
    assert not any(shelf.take([report], writer=report["source"])[0] for report in reports)


def test_what_others_hear_is_joined_too():
    shelf, facts = Shelf(), GoogleFacts(WIRE)
    shelf.take([browser(1, NOW - 120)])
    (news,) = shelf.take([container(2, NOW - 60)])
    assert news
    heard = facts.joined("dev", news)
    assert heard.cpu
    assert (heard.cpu.usage_ratio, heard.cpu.model) == (0.3, "N4500")
    assert heard.memory
    assert heard.os is None, "what this report did not say is known from before"
    (news,) = shelf.take([browser(3, NOW)])
    assert news
    assert news.report.cpu == facts.joined("dev", news).cpu


def test_days_and_charts_count_the_machine_not_the_container():
    shelf = Shelf()
    shelf.take([browser(1, NOW - 120, uptime={"uptime_seconds": 500.0, "boots_total": 7})])
    shelf.take([container(2, NOW - 60, uptime={"uptime_seconds": 9e6, "boots_total": 900})])
    day = json.loads(shelf.row["today"])
    assert day[1] == 2
    assert (day[4], day[5], day[6]) == (500.0, 7, 7)


def test_an_agent_alone_is_no_guest():
    shelf = Shelf()
    shelf.take([container(1, NOW - 60, uptime={"uptime_seconds": 9.0, "boots_total": 9})])
    shelf.take([container(2, NOW, disks=[{"name": "sda"}])])
    assert known(shelf)["cpu"]["model"] == "VM"
    assert "/" not in str(shelf.row["sections"])
    assert json.loads(shelf.row["today"])[5] == 9
