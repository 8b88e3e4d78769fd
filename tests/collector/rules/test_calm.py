"""What passes for plainly well is what the checks find nothing in, and nearly every laptop's report does."""

from __future__ import annotations

import dataclasses
from datetime import date
from random import Random
from typing import Any

import pytest

from collector.ingest.wire_documents import document
from homeroom_agent.report import Battery, Disk, Filesystem, OperatingSystem, Report, Temperature, Uptime
from homeroom_agent.report.codec import from_wire
from homeroom_collector.rules.health import computer
from homeroom_collector.rules.health.calm import is_calm, marks_of
from homeroom_collector.rules.health.catalog import DEFAULTS, switched_on
from homeroom_collector.rules.health.rule import Judge, Rule, Rules

NEWEST, TODAY = "1.4.0", date(2026, 10, 14)
RULES = switched_on(DEFAULTS)


def found(report: Report, rules: Rules, before: int | None) -> set[str]:
    judge = Judge("laptop", rules, 0.0, {})
    for section, _, check in computer.CHECKS:
        if getattr(report, section) is not None:
            check(report, judge, computer.Around(TODAY, NEWEST, before))
    return {kind for kind, _ in judge.found}


def calm(report: Report, rules: Rules = RULES, before: int | None = 2) -> bool:
    return is_calm(report, marks_of(rules), NEWEST, before, lambda: TODAY)


def said(**facts: Any) -> Report:
    return Report(**{"source": "agent", "agent_version": NEWEST, "sequence": 1, "measured_at": 0.0} | facts)


WELL: dict[str, Any] = {
    "batteries": [Battery(name="BAT0", health_ratio=0.8), Battery(name="BAT1")],
    "disks": [Disk(name="sda", smart_passed=True, failing=False), Disk(name="sdb")],
    "filesystems": [Filesystem(mount="/", size_bytes=100, free_bytes=40), Filesystem(mount="/x")],
    "temperatures": [Temperature(name="cpu", celsius=60.0)],
    "uptime": Uptime(unexpected_shutdowns_total=2),
    "os": OperatingSystem(name="ChromeOS", support_end_date="2026-10-14"),
}


def test_a_laptop_that_is_well_passes():
    assert calm(said(**WELL))
    assert calm(said(**WELL), before=None)
    assert calm(said(**WELL | {"os": OperatingSystem(name="Debian")}))
    assert calm(said(**WELL | {"os": OperatingSystem(support_end_date="some day")}))
    assert calm(said())


@pytest.mark.parametrize(
    "wrong",
    [
        {"batteries": [Battery(name="BAT0", health_ratio=0.5)]},
        {"batteries": [Battery(name="BAT0", service_recommended=True)]},
        {"disks": [Disk(name="sda", smart_passed=False)]},
        {"disks": [Disk(name="sda", failing=True)]},
        {"filesystems": [Filesystem(mount="/", size_bytes=100, free_bytes=5)]},
        {"temperatures": [Temperature(name="cpu", celsius=95.0)]},
        {"uptime": Uptime(unexpected_shutdowns_total=5)},
        {"os": OperatingSystem(support_end_date="2026-10-13")},
        {"agent_version": "1.2.9"},
    ],
)
def test_one_thing_that_is_wrong_is_seen_at_its_mark(wrong: dict[str, Any]):
    assert found(said(**WELL | wrong), RULES, 2), "the case is one"
    assert not calm(said(**WELL | wrong))


def thresholds(chance: Random) -> Rules:
    """Rules as a district may set them: some off, some without a threshold, some at the very edge."""
    kinds = {kind: rule for kind, rule in DEFAULTS.items() if chance.random() < 0.9}
    return {kind: _moved(chance, rule) for kind, rule in kinds.items()}


def _moved(chance: Random, rule: Rule) -> Rule:
    return dataclasses.replace(rule, enter=chance.choice((rule.enter, rule.enter, 0, 0.5, -1, 100, None)), leave=None)


def test_whatever_passes_the_checks_find_nothing_in():
    chance, passed, wrong = Random(7), 0, 0
    for _ in range(4_000):
        report = from_wire(document(chance, odd=False) | {"version": 1})
        rules, before = thresholds(chance), chance.choice((None, 0, 3))
        kinds = found(report, rules, before)
        if calm(report, rules, before):
            passed += 1
            assert not kinds
        wrong += bool(kinds)
    assert passed > 100
    assert wrong > 100
