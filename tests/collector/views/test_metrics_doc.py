"""docs/metrics.md says what there is, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

from collector.decisions.made_up import of_everything
from homeroom_collector.fleet import Family, Fleet
from homeroom_collector.fleet.member import TABLES
from homeroom_collector.fleet.traffic import Load
from homeroom_collector.fleet.wan import Rate
from homeroom_collector.model import Device, School
from homeroom_collector.views.metrics import decided
from homeroom_collector.views.metrics.aggregates import AGGREGATES, rows
from homeroom_collector.views.metrics.document import ALL_TABLES

DOCUMENT = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text()
OF_THE_COLLECTOR = {
    "homeroom_build_info",
    "homeroom_calendar_feed_read_timestamp_seconds",
    "homeroom_decisions_failures_total",
    "homeroom_decisions_seconds",
    "homeroom_decisions_timestamp_seconds",
    "homeroom_ingest_cloned_keys_total",
    "homeroom_problem_acknowledge_seconds",
    "homeroom_problem_look_seconds",
    "homeroom_problem_repair_seconds",
    "homeroom_problems",
    "homeroom_series",
    "homeroom_throughput_bytes_total",
    "homeroom_throughput_slots_total",
    "homeroom_scrape_seconds",
}


def row(family: Family, labels: list[str]) -> str:
    return f"| `{family.name}` | {family.kind} | {', '.join(labels)} | {family.help} |"


def expected() -> Iterator[str]:
    fleet = Fleet()
    fleet.put_school(School(school_id="s", name="S", enrollment_students=1, bandwidth_contracted_bps=8))
    fleet.put_device(Device(device_id="d", device_class="computer", school_id="s"))
    fleet.refresh(0.0)
    for state in fleet.schools:
        state.uptime = {"computer": 1.0}
        state.wan.take("d", [Load(8.0, 8.0, None)], 0.0, in_session=True)
        state.wan.percentile = Rate(8.0, 8.0)
    for family, read in AGGREGATES:
        labels, _ = next(rows(read, fleet.schools))
        yield row(family, list(labels))
    for family, read in decided.FAMILIES:
        labels, _ = next(read(of_everything()))
        yield row(family, list(labels))
    for table in ALL_TABLES.values():
        yield from (row(column.family, ["school", "device", *table.labels]) for column in table.columns)


def test_every_metric_is_documented_with_its_labels_and_meaning() -> None:
    missing = [line for line in expected() if line not in DOCUMENT.splitlines()]
    assert not missing, "add to docs/metrics.md:\n" + "\n".join(missing)


def test_nothing_is_documented_that_is_not_there() -> None:
    known = {line.split("`")[1] for line in expected()} | OF_THE_COLLECTOR
    assert set(re.findall(r"^\| `(homeroom_\w+)`", DOCUMENT, re.MULTILINE)) == known


def test_every_family_belongs_to_one_table() -> None:
    names = [column.family.name for table in ALL_TABLES.values() for column in table.columns]
    assert len(names) == len(set(names))
    assert {table.name for tables in TABLES.values() for table in tables} == set(ALL_TABLES)
