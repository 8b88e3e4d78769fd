"""Families of a school's lines to the outside: what goes over them, and what its students need."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from homeroom_collector.fleet import Family, SchoolState
from homeroom_collector.fleet.families import gauge
from homeroom_collector.views.metrics.render import Sample


def _received(state: SchoolState) -> Iterator[Sample]:
    rate = state.wan.rate(state.passed_at or 0.0)
    if rate is not None:
        yield {"school": state.school.school_id}, rate.receive_bps / 8


def _sent(state: SchoolState) -> Iterator[Sample]:
    rate = state.wan.rate(state.passed_at or 0.0)
    if rate is not None:
        yield {"school": state.school.school_id}, rate.transmit_bps / 8


def _need(state: SchoolState) -> Iterator[Sample]:
    if state.wan.needed_bps is not None:
        yield {"school": state.school.school_id}, state.wan.needed_bps / 8


def _percentile(state: SchoolState) -> Iterator[Sample]:
    if state.wan.percentile is not None:
        school = state.school.school_id
        yield {"school": school, "direction": "receive"}, state.wan.percentile.receive_bps / 8
        yield {"school": school, "direction": "transmit"}, state.wan.percentile.transmit_bps / 8


BANDWIDTH: tuple[tuple[Family, Callable[[SchoolState], Iterator[Sample]]], ...] = (
    (gauge("school_wan_receive_bytes_per_second", "What comes over the school's lines from outside."), _received),
    (gauge("school_wan_transmit_bytes_per_second", "What goes out over the school's lines."), _sent),
    (gauge("school_wan_need_bytes_per_second", "Bandwidth that the enrolled students need."), _need),
    (
        gauge(
            "school_wan_p95_bytes_per_second",
            "What the lines carry in all but the busiest twentieth of the last month's instruction.",
        ),
        _percentile,
    ),
)
