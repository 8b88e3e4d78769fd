"""From reports to what changes in the store. Pure: no I/O, no clock.

Every section keeps the newest that was said of it, whatever the order of arrival. A report that was taken before
changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from homeroom_agent.report import Report, to_wire
from homeroom_collector.ingest.clock import Days, timing
from homeroom_collector.ingest.seen import Seen

_LARGEST_COLUMN = 2**63 - 1
_encode = msgspec.json.Encoder().encode
_times: msgspec.json.Decoder[dict[str, float]] = msgspec.json.Decoder(dict[str, float])


@dataclass(slots=True)
class Arrived:
    """One report on its way in.

    ``on_campus``: it came from the school's own networks; None where nobody knows. ``ordered`` sources never repeat or
    overtake; all below a sequence counts as seen.
    """

    report: Report
    received_at: float
    on_campus: bool | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """A report that changed something, as the rest of the collector should see it: only what is newest, in our time."""

    report: Report
    received_at: float
    on_campus: bool | None


@dataclass(slots=True)
class Change:
    """All that a batch changes of one device. ``row`` is for the latest state, ``days`` for the history."""

    number: int
    row: dict[str, Any]
    days: dict[int, dict[str, Any]] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    taken: list[bool] = field(default_factory=list)


class Merger:
    """The rules of merging, for the sections that the store has."""

    def __init__(self, sections: Sequence[str], header: Sequence[str], *, oldest_seconds: float) -> None:
        self._sections = tuple(sections)
        self._blank = dict.fromkeys((*header, *sections))
        self._oldest_seconds = oldest_seconds

    def merge(self, number: int, held: tuple[str, str, float | None], arrived: Sequence[Arrived], days: Days) -> Change:
        """Work out what changes, given ``seen``, ``section_times`` and ``measured_at`` as the store holds them.

        ``Change.taken`` says for each report whether it was new. Where none was, the row is not to be written.
        """
        seen, times = Seen(held[0]), _times.decode(held[1])
        change = Change(number, {"number": number, **self._blank, "measured_at": held[2]})
        for each in arrived:
            new = (seen.add_all_up_to if each.ordered else seen.add)(each.report.sequence)
            change.taken.append(new)
            if new:
                self._take(change, times, each, days)
        change.row["seen"] = str(seen)
        change.row["section_times"] = _encode(times).decode()
        return change

    def _take(self, change: Change, times: dict[str, float], each: Arrived, days: Days) -> None:
        report = each.report
        at = timing(report.measured_at, report.sent_at, each.received_at, oldest_seconds=self._oldest_seconds)
        row = change.row
        row["received_at"] = max(row["received_at"] or 0.0, each.received_at)
        row["clock_skew_seconds"] = at.skew_seconds
        row["on_campus"] = each.on_campus
        newest = row["measured_at"] is None or at.measured_at >= row["measured_at"]
        if newest:
            row["measured_at"] = at.measured_at
            row["sequence"] = report.sequence
            row["source"] = _plain(report.source)
            row["agent_version"] = _plain(report.agent_version)
            row["lost_reports_total"] = _column(report.lost_reports_total)
        stale = self._sections_taken(row, times, report, at.measured_at)
        _count_day(change, days.of(at.measured_at), report, at.measured_at)
        change.news.append(News(_seen_from_here(report, at.measured_at, stale), each.received_at, each.on_campus))

    def _sections_taken(
        self, row: dict[str, Any], times: dict[str, float], report: Report, measured_at: float
    ) -> list[str]:
        """Write the sections that are the newest of their kind; return those that are not."""
        stale = []
        for name in self._sections:
            section = getattr(report, name)
            if section is None:
                continue
            if measured_at >= times.get(name, 0.0):
                row[name] = _json(section)
                times[name] = measured_at
            else:
                stale.append(name)
        return stale


def _seen_from_here(report: Report, measured_at: float, stale: list[str]) -> Report:
    if not stale and report.measured_at == measured_at:
        return report
    # Without sent_at nobody corrects the time a second time.
    changed: dict[str, Any] = {**dict.fromkeys(stale), "measured_at": measured_at, "sent_at": None}
    replaced: Report = _replaced(report, changed)
    return replaced


def _replaced(report: Any, changed: dict[str, Any]) -> Any:
    if dataclasses.is_dataclass(report) and not isinstance(report, type):
        return dataclasses.replace(report, **changed)
    return msgspec.structs.replace(report, **changed)


def _json(section: Any) -> str:
    """A section as it is on the wire; those that took the reference's way are dataclasses still."""
    first = section[0] if isinstance(section, list) and section else section
    return _encode(to_wire(section) if dataclasses.is_dataclass(first) else section).decode()


def _plain(text: str | None) -> str | None:
    """PostgreSQL's text cannot hold the character zero."""
    return text and text.replace("\0", "")


def _column(number: int | None) -> int | None:
    """A count as the store's signed 64 bits can hold it."""
    return number if number is None else min(number, _LARGEST_COLUMN)


def _count_day(change: Change, day: int, report: Report, measured_at: float) -> None:
    row = _day_row(day, change.number, report, measured_at)
    known = change.days.get(day)
    change.days[day] = row if known is None else _joined(known, row)


def _day_row(day: int, number: int, report: Report, measured_at: float) -> dict[str, Any]:
    uptime, batteries, disks = report.uptime, report.batteries, report.disks
    gear = report.network.system if report.network else None
    boots = _column(uptime.boots_total) if uptime else None
    return {
        "day": day,
        "device_number": number,
        "reports": 1,
        "first_measured_at": measured_at,
        "last_measured_at": measured_at,
        "uptime_seconds_max": uptime.uptime_seconds if uptime else gear.uptime_seconds if gear else None,
        "boots_total_min": boots,
        "boots_total_max": boots,
        "unexpected_shutdowns_total_max": _column(uptime.unexpected_shutdowns_total) if uptime else None,
        "crashes_total_max": _column(uptime.crashes_total) if uptime else None,
        "battery_health_ratio_min": _extreme(min, [b.health_ratio for b in batteries]) if batteries else None,
        "disk_wear_ratio_max": _extreme(max, [d.wear_ratio for d in disks]) if disks else None,
    }


_RULES = {"reports": sum, "first_measured_at": min, "boots_total_min": min, "battery_health_ratio_min": min}


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two rows of the same day as one."""
    fixed = {"day": one["day"], "device_number": one["device_number"]}
    return {name: _extreme(_RULES.get(name, max), [one[name], other[name]]) for name in one} | fixed


def _extreme(rule: Any, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    return rule(known) if known else None
