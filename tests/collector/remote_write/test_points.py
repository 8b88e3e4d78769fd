"""Points carry the labels that a scrape writes, and the moments at which they were measured."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from homeroom_collector.fleet import Fleet
from homeroom_collector.fleet.families import not_in_reports
from homeroom_collector.fleet.member import TABLES
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device, School
from homeroom_collector.views.metrics import document
from homeroom_collector.views.metrics.formats import TEXT
from homeroom_collector.views.remote_write.points import Pointer, encoded
from homeroom_collector.views.remote_write.protobuf import STALE, double, label, request, samples_at, varint
from homeroom_collector.views.remote_write.state import StateRounds
from receivers import Series, decoded

GOLDEN = sorted((Path(__file__).parents[2] / "data" / "reports").glob("*.json"))
AT = 1_790_000_000.25
VERDICTS = {
    column.family.name
    for tables in TABLES.values()
    for table in tables
    if table.facts is not_in_reports
    for column in table.columns
}


def fleet_with(path: Path) -> tuple[Fleet, object]:
    report = Wire().report(path.read_bytes())
    fleet = Fleet()
    fleet.put_school(School(school_id='ps "1"', name="First"))
    kind = "computer" if report.network is None else "network"
    fleet.put_device(Device(device_id="dev\\1", device_class=kind, school_id='ps "1"'))
    fleet.apply("dev\\1", report, report.measured_at)
    return fleet, report


def scraped(fleet: Fleet) -> dict[tuple[tuple[str, str], ...], float]:
    text = b"".join(document.pieces(TEXT, tuple(fleet.schools), per_device=True)).decode()
    return {
        tuple(sorted({"__name__": sample.name, **sample.labels}.items())): sample.value
        for family in text_string_to_metric_families(text + "\n")
        for sample in family.samples
        if "device" in sample.labels
    }


def written(series: list[Series]) -> dict[tuple[tuple[str, str], ...], float]:
    return {each.labels: each.samples[-1][1] for each in series}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_report_and_a_round_together_are_what_a_scrape_shows_of_the_device(path: Path):
    fleet, report = fleet_with(path)
    fleet.refresh(report.measured_at)
    pointer = Pointer({})
    points = pointer.report('ps "1"', "dev\\1", report, AT)
    if report.network is not None and not report.network.reachable:
        points = []  # a device that does not answer keeps no measurements, nor has it any
    points += [point for piece in StateRounds(fleet, pointer).pieces(AT) for point in piece]
    expected = {tuple((n, v) for n, v in labels if v): value for labels, value in scraped(fleet).items()}
    assert written(decoded(encoded(points))) == expected


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_labels_are_sorted_and_samples_have_the_time_of_measuring(path: Path):
    _, report = fleet_with(path)
    pointer = Pointer({"Campus": "main", "district": "springfield"})
    for series in decoded(encoded(pointer.report("s", "d", report, AT))):
        names = [name for name, _ in series.labels]
        assert names == sorted(names)
        assert {
            "Campus": "main",
            "district": "springfield",
            "school": "s",
            "device": "d",
        }.items() <= series.named.items()
        assert [at for at, _ in series.samples] == [1_790_000_000_250]
        assert series.named["__name__"] not in VERDICTS


def test_samples_of_one_series_stand_together_in_the_order_in_which_they_came():
    _, report = fleet_with(GOLDEN[0])
    pointer = Pointer({})
    points = [point for at in (1.0, 2.0, 3.5) for point in pointer.report("s", "d", report, at)]
    series = decoded(encoded(points))
    assert len({each.labels for each in series}) == len(series)
    assert {tuple(at for at, _ in each.samples) for each in series} == {(1000, 2000, 3500)}


def test_rows_that_are_gone_end_with_a_stale_marker():
    fleet, report = fleet_with(next(path for path in GOLDEN if path.stem == "agent-first"))
    fleet.refresh(report.measured_at)
    rounds = StateRounds(fleet, Pointer({}))
    first = decoded(encoded(point for piece in rounds.pieces(AT) for point in piece))
    fleet.refresh(report.measured_at + 40 * 86_400)
    second = state_of(decoded(encoded(point for piece in rounds.pieces(AT + 60) for point in piece)))
    (before,) = [state for state, _ in state_of(first)]
    assert (before, "stale") in second
    assert len(second) == 2
    third = state_of(decoded(encoded(point for piece in rounds.pieces(AT + 120) for point in piece)))
    assert len(third) == 1


def test_a_device_that_is_forgotten_ends_all_its_series():
    fleet, report = fleet_with(GOLDEN[0])
    fleet.refresh(report.measured_at)
    rounds = StateRounds(fleet, Pointer({}))
    first = {each.labels for each in decoded(encoded(p for piece in rounds.pieces(AT) for p in piece))}
    fleet.remove_device("dev\\1")
    second = decoded(encoded(p for piece in rounds.pieces(AT + 60) for p in piece))
    assert first <= {each.labels for each in second}
    assert {stale(each.samples[0][1]) for each in second} == {True}
    assert list(rounds.pieces(AT + 120)) == []


def test_a_device_that_moves_ends_its_series_at_the_old_school():
    fleet, report = fleet_with(GOLDEN[0])
    fleet.refresh(report.measured_at)
    rounds = StateRounds(fleet, Pointer({}))
    list(rounds.pieces(AT))
    fleet.put_school(School(school_id="ps2", name="Second"))
    fleet.put_device(Device(device_id="dev\\1", device_class="computer", school_id="ps2"))
    series = decoded(encoded(p for piece in rounds.pieces(AT + 60) for p in piece))
    assert {stale(each.samples[0][1]) for each in series if each.named["school"] == 'ps "1"'} == {True}
    assert {stale(each.samples[0][1]) for each in series if each.named["school"] == "ps2"} == {False}


def stale(value: float) -> bool:
    return struct.pack("<d", value) == STALE


def state_of(series: list[Series]) -> set[tuple[str, object]]:
    return {
        (each.named["state"], "stale" if stale(each.samples[0][1]) else each.samples[0][1])
        for each in series
        if each.named["__name__"] == "homeroom_device_presence"
    }


@given(st.integers(min_value=0, max_value=2**63))
def test_whole_numbers_are_written_seven_bits_a_byte(number: int):
    found, shift = 0, 0
    for byte in varint(number):
        found |= (byte & 0x7F) << shift
        shift += 7
    assert found == number


@given(
    st.dictionaries(st.text(min_size=1), st.text(min_size=1), min_size=1),
    st.lists(st.tuples(st.floats(allow_nan=False), st.integers(0, 2**40)), min_size=1),
)
def test_what_is_written_can_be_read(labels: dict[str, str], samples: list[tuple[float, int]]):
    fields = b"".join(label(name, value) for name, value in sorted(labels.items()))
    message = request({fields: [samples_at(at / 1000)(double(value)) for value, at in samples]})
    (series,) = decoded(message)
    assert series.named == labels
    assert [(at, value) for at, value in series.samples] == [(at, value) for value, at in samples]
    assert not any(math.isnan(value) for _, value in series.samples)


def test_an_empty_label_is_left_out():
    assert label("grade_band", "") == b""
