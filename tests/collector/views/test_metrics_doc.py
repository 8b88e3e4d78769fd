"""docs/metrics.md says what there is, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry

from collector.decisions.made_up import of_everything
from homeroom_collector.app import build
from homeroom_collector.config import Settings, StoreSettings
from homeroom_collector.fleet import Family, Fleet
from homeroom_collector.fleet.member import TABLES
from homeroom_collector.fleet.traffic import Load
from homeroom_collector.fleet.wan import Rate
from homeroom_collector.http.doorkeeper import Doorkeeper
from homeroom_collector.model import Device, School
from homeroom_collector.replicas.measures import FollowMeasures
from homeroom_collector.snmp.notifications.measures import NotificationMeasures
from homeroom_collector.snmp.polling.measures import PollMeasures
from homeroom_collector.sources.google.measures import GoogleMeasures
from homeroom_collector.views.metrics import decided
from homeroom_collector.views.metrics.aggregates import AGGREGATES, rows
from homeroom_collector.views.metrics.document import ALL_TABLES
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures

DOCUMENT = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text()
OF_THE_COLLECTOR = {
    "homeroom_build_info",
    "homeroom_calendar_feed_read_timestamp_seconds",
    "homeroom_decisions_failures_total",
    "homeroom_decisions_seconds",
    "homeroom_decisions_timestamp_seconds",
    "homeroom_devices_not_accepted",
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


def of_the_collector(folder: Path) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """Name, type and labels of what the collector says of itself; labels are None where only samples have them."""
    registry = CollectorRegistry()
    build(Settings(store=StoreSettings(url=f"sqlite:///{folder / 'homeroom.db'}")), registry)
    for made_later in (RemoteWriteMeasures, PollMeasures, NotificationMeasures, GoogleMeasures, FollowMeasures):
        made_later(registry)
    Doorkeeper(1, 1, [], registry)
    for collector in registry._collector_to_names:
        for family in collector.collect():
            if family.name.startswith("homeroom_"):
                suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
                labels = getattr(collector, "_labelnames", getattr(family, "_labelnames", None))
                yield family.name + suffix, family.type, labels


def test_everything_that_the_collector_says_of_itself_is_documented(tmp_path: Path) -> None:
    rows = {cells[1].strip("` "): cells for line in DOCUMENT.splitlines() if len(cells := line.split("|")) == 6}
    for name, kind, labels in of_the_collector(tmp_path):
        assert name in rows, f"add to docs/metrics.md: {name}"
        assert rows[name][2].strip() == kind, name
        if name != "homeroom_build_info" and labels is not None:
            assert tuple(filter(None, rows[name][3].replace(" ", "").split(","))) == tuple(labels), name


def test_nothing_is_documented_that_is_not_there(tmp_path: Path) -> None:
    known = {line.split("`")[1] for line in expected()} | OF_THE_COLLECTOR
    known |= {name for name, _, _ in of_the_collector(tmp_path)}
    assert set(re.findall(r"^\| `(homeroom_\w+)`", DOCUMENT, re.MULTILINE)) == known


def test_every_family_belongs_to_one_table() -> None:
    names = [column.family.name for table in ALL_TABLES.values() for column in table.columns]
    assert len(names) == len(set(names))
    assert {table.name for tables in TABLES.values() for table in tables} == set(ALL_TABLES)
