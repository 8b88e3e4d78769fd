"""What all imports of students by grade share: a dry run, disagreements by source, and the log of every change."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, day, settings_of, store_of, wait_for
from homeroom_collector.model import School
from homeroom_collector.rules.enrollment import Count, Disagreement, Taken, against_register, taken
from homeroom_collector.rules.register import FieldChange
from homeroom_collector.store import Connection, assets, enrollment, schools

_COLUMNS = ("school_id", "grade", "outcome", "before", "after", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Counts of schools that are known, schools to add to the register first, and what could not be taken, and why."""

    counts: Sequence[Count]
    new_schools: Sequence[School] = ()
    bad: Sequence[tuple[str, str]] = ()


Read = Callable[[Sequence[School], date], Found]
"""Reads a source, knowing the schools and the day of the counts."""


def add_shared(parser: argparse.ArgumentParser, source: str) -> None:
    """Options that every import of students by grade has; ``source`` is the name it is remembered by."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--day", type=day, metavar="DATE", help="the day that the counts are of (default: today)")
    parser.add_argument("--source", default=source, metavar="NAME", help="remembered with counts (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="let this source win over others that disagree")
    parser.add_argument("--dry-run", action="store_true", help="show every change, and make none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    taken: Taken
    bad: Sequence[tuple[str, str]]
    against: list[Disagreement]


def bring_in(options: argparse.Namespace, read: Read) -> int:
    """Keep what can be kept; 1 where something could not be, or contradicts another source."""
    settings = settings_of(options)
    on: date = options.day or datetime.now(ZoneInfo(settings.timezone)).date()

    async def work() -> _Result:
        async with store_of(settings) as store:
            return await store.write(partial(_kept, options=options, read=read, on=on))

    result = wait_for(work())
    rows = _rows(result, everything=options.dry_run)
    if rows or options.format != "table":
        show(rows, _COLUMNS, options.format)
    print(_summary(result, dry=options.dry_run), file=sys.stderr)
    return int(bool(result.bad or result.taken.disagreements or result.against))


def _kept(connection: Connection, options: argparse.Namespace, read: Read, on: date) -> _Result:
    known = schools.declared(connection)
    found = read(known, on)
    result = taken(enrollment.listed(connection), found.counts, overwrite=options.overwrite)
    if not options.dry_run:
        schools.bring_in(connection, found.new_schools, source=options.source, now=time.time())
        enrollment.put(connection, [count for count, _ in result.changed])
        changes = [
            (count.school_id, FieldChange(field=f"students {count.grade}", before=before, after=count.students))
            for count, before in result.changed
        ]
        assets.log(connection, changes, source=options.source, now=time.time())
    totals: dict[str, int] = {}
    for count in found.counts:
        totals[count.school_id] = totals.get(count.school_id, 0) + count.students
    return _Result(taken=result, bad=found.bad, against=against_register(known, totals, "the register"))


def _rows(result: _Result, *, everything: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        dict.fromkeys(_COLUMNS) | {"school_id": name, "outcome": "bad", "reason": reason} for name, reason in result.bad
    ]
    rows += [
        {
            "school_id": each.school_id,
            "grade": each.grade or "all",
            "outcome": "conflict",
            "before": each.kept,
            "after": each.refused,
            "reason": f"{each.kept_source} says otherwise; kept",
        }
        for each in (*result.taken.disagreements, *result.against)
    ]
    return rows + [_change(count, before) for count, before in (result.taken.changed if everything else ())]


def _change(count: Count, before: int | None) -> dict[str, Any]:
    return dict.fromkeys(_COLUMNS) | {
        "school_id": count.school_id,
        "grade": count.grade,
        "outcome": "add" if before is None else "change",
        "before": before,
        "after": count.students,
    }


def _summary(result: _Result, *, dry: bool) -> str:
    conflicts = len(result.taken.disagreements) + len(result.against)
    return (
        f"{len(result.taken.changed)} grades {'to count' if dry else 'counted'} anew, {result.taken.same} as before, "
        f"{conflicts} in conflict, {len(result.bad)} not taken"
    )
