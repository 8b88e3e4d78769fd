"""Whatever the order of arrival, every section is the newest of its kind, and every report counts on its day, once."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom_collector.history.day import Day
from homeroom_collector.ingest.clock import Days, timing
from homeroom_collector.ingest.merge import Arrived, DeviceState, News, Sampling, needs_whole, whole_report
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.store.latest import Held, Whole

NOW = 1_795_000_000.0
SAMPLING = Sampling(keep_seconds=172_800.0, gear_every_seconds=300.0)
WIRE, DAYS = Wire(), Days()


class Shelf:
    """One device's row, kept as the store keeps it."""

    def __init__(self) -> None:
        self.row: dict[str, Any] = {"seen": "", "measured_at": None, "sections": "", "report": None, "kept": None}
        self.row |= {"today": None}
        self.days: dict[int, dict[str, Any]] = {}

    def take(self, reports: Sequence[dict[str, Any]], writer: str = "") -> list[News | None]:
        """Merge one batch, reading and writing as the group commit does."""
        arrived = [_arrived(report, writer) for report in reports]
        held = Held(1, self.row["seen"], self.row["measured_at"], self.row["sections"], self.row["today"], None)
        whole = Whole(1, self.row["report"], self.row["kept"]) if needs_whole(held, arrived) else None
        state = DeviceState(held, whole, SAMPLING)
        news = [state.take(each, DAYS.of(each.timing.measured_at)) for each in arrived]
        if any(news):
            lasting = {name: self.row.get(name) for name, value in state.row()._asdict().items() if value is None}
            self.row = state.row()._asdict() | lasting
            for day in state.ended_days():
                self._add(day)
        return news

    def _add(self, row: dict[str, Any]) -> None:
        known = self.days.setdefault(row["day"], row | {"reports": 0})
        known["reports"] += row["reports"]

    def reports_by_day(self) -> dict[int, int]:
        today = json.loads(self.row["today"])
        counts = {day: row["reports"] for day, row in self.days.items()}
        return counts | {today[0]: today[1] + counts.get(today[0], 0)}

    def sections(self) -> dict[str, Any]:
        whole = json.loads(whole_report(self.row["report"], self.row["kept"]))
        return {name: value for name, value in whole.items() if isinstance(value, dict | list)}


def _arrived(report: dict[str, Any], writer: str) -> Arrived:
    decoded = WIRE.batch(json.dumps({"reports": [report]}).encode(), 1)[0][0]
    at = timing(report["measured_at"], None, NOW, oldest_seconds=1e9)
    return Arrived(decoded.report, decoded.raw, at, NOW, writer=writer)


def made(sequence: int, measured_at: float, **sections: Any) -> dict[str, Any]:
    return {"source": "agent", "sequence": sequence, "measured_at": measured_at} | sections


def _random_reports(chance: Random, count: int) -> list[dict[str, Any]]:
    kinds = ("cpu", "memory", "disks", "os")
    reports = []
    for sequence in range(1, count + 1):
        facts: dict[str, Any] = {
            "cpu": {"usage_ratio": sequence / 100},
            "memory": {"total_bytes": sequence},
            "disks": [{"name": f"sd{sequence}"}],
            "os": {"version": str(sequence)},
        }
        at = NOW - (count - sequence) * 20_000
        reports.append(made(sequence, at, **{kind: facts[kind] for kind in kinds if chance.random() < 0.5}))
    return reports


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_arrival_does_not_matter(seed: int):
    chance = Random(seed)
    reports = _random_reports(chance, chance.randint(1, 12))
    arriving = reports + chance.choices(reports, k=chance.randint(0, 5))
    chance.shuffle(arriving)
    shelf = Shelf()
    taken = 0
    while arriving:
        size = chance.randint(1, 4)
        taken += sum(news is not None for news in shelf.take(arriving[:size]))
        del arriving[:size]
    assert taken == len(reports)
    newest: dict[str, Any] = {}
    for report in reports:
        newest |= {name: value for name, value in report.items() if isinstance(value, dict | list)}
    assert shelf.sections() == newest
    assert shelf.row["measured_at"] == reports[-1]["measured_at"]
    by_day: dict[int, int] = {}
    for report in reports:
        by_day[DAYS.of(report["measured_at"])] = by_day.get(DAYS.of(report["measured_at"]), 0) + 1
    assert shelf.reports_by_day() == by_day


def test_a_repeated_report_changes_nothing():
    shelf = Shelf()
    report = made(1, NOW, cpu={"usage_ratio": 0.5})
    assert shelf.take([report])[0]
    before = dict(shelf.row)
    assert shelf.take([report, report]) == [None, None]
    assert shelf.row == before


def test_a_late_report_tells_only_what_nobody_knew_better():
    shelf = Shelf()
    shelf.take([made(2, NOW, cpu={"usage_ratio": 0.9})])
    (news,) = shelf.take([made(1, NOW - 60, cpu={"usage_ratio": 0.1}, os={"version": "12"})])
    assert news
    assert news.report.cpu is None
    assert news.report.os
    assert news.report.os.version == "12"


def test_times_are_told_on_the_collectors_clock():
    report = made(1, NOW + 10_800 - 60, sent_at=NOW + 10_800)
    decoded = WIRE.batch(json.dumps({"reports": [report]}).encode(), 1)[0][0]
    arrived = Arrived(decoded.report, decoded.raw, timing(NOW + 10_740, NOW + 10_800, NOW, oldest_seconds=1e9), NOW)
    news = DeviceState(Held(1, "", None, "", None, None), None, SAMPLING).take(arrived, 20261118)
    assert news
    assert (news.report.measured_at, news.report.sent_at) == (NOW - 60, None)


def test_a_day_knows_its_best_and_worst():
    day = Day(20261122)
    for sequence, health in enumerate((0.81, None, 0.79)):
        raw = made(
            sequence,
            NOW + sequence,
            uptime={"uptime_seconds": 100.0 * sequence, "boots_total": 40 + sequence, "crashes_total": 2**64 - 1},
            batteries=[{"name": "BAT0", "health_ratio": health}],
            disks=[{"name": "sda"}],
        )
        day.count(WIRE.report(json.dumps(raw)), NOW + sequence)
    row = day.row(7)
    assert (row["device_number"], row["reports"], row["first_measured_at"], row["last_measured_at"]) == (
        7,
        3,
        NOW,
        NOW + 2,
    )
    assert (row["boots_total_min"], row["boots_total_max"], row["uptime_seconds_max"]) == (40, 42, 200.0)
    assert row["battery_health_ratio_min"] == 0.79
    assert row["disk_wear_ratio_max"] is None
    assert row["crashes_total_max"] == 2**63 - 1, "what a column cannot hold is the most it can"
