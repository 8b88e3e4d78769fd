"""``homeroom import oneroster FILE``: how many students each school has by grade. No name is ever read."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, day, settings_of, store_of, wait_for
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.enrollment import Disagreement, Taken, against_register, taken
from homeroom_collector.rules.register import FieldChange
from homeroom_collector.sources.oneroster import counting
from homeroom_collector.sources.oneroster.counting import Counted, Org
from homeroom_collector.sources.oneroster.places import as_schools, placed
from homeroom_collector.store import Connection, assets, enrollment, schools

HELP = "students by school and grade from a OneRoster 1.2 export; only counts, never a pupil"
_COLUMNS = ("school_id", "grade", "outcome", "before", "after", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("file", type=Path, help="the zip file")
    parser.add_argument("--day", type=day, metavar="DATE", help="count who is enrolled on this day (default: today)")
    parser.add_argument("--map", action="append", default=[], metavar="'ORG=SCHOOL'", help="which school an org is")
    parser.add_argument("--add-schools", action="store_true", help="add schools of the file that are not known")
    parser.add_argument("--source", default="oneroster", metavar="NAME", help="remembered with counts (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="let this source win over others that disagree")
    parser.add_argument("--dry-run", action="store_true", help="show every change, and make none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    taken: Taken
    unknown: tuple[Org, ...]
    against: list[Disagreement]


def run(options: argparse.Namespace) -> int:
    """Count and keep; 1 where a school is not known or a count contradicts another source."""
    settings = settings_of(options)
    on: date = options.day or datetime.now(ZoneInfo(settings.timezone)).date()
    counted, named = counting.read(options.file, on), _named(options.map)

    async def work() -> _Result:
        async with store_of(settings) as store:
            return await store.write(partial(_kept, options=options, counted=counted, named=named, on=on))

    result = wait_for(work())
    rows = _rows(result, everything=options.dry_run)
    if rows or options.format != "table":
        show(rows, _COLUMNS, options.format)
    print(_summary(result, dry=options.dry_run), file=sys.stderr)
    return int(bool(result.unknown or result.taken.disagreements or result.against))


def _named(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        org, equals, school = pair.rpartition("=")
        if not equals or not org or not school.strip():
            raise ConfigError([f"--map {pair!r}: write 'their number or name=our school_id'"])
        found[org] = school.strip()
    return found


def _kept(
    connection: Connection, options: argparse.Namespace, counted: Counted, named: Mapping[str, str], on: date
) -> _Result:
    known = schools.declared(connection)
    place = partial(placed, counted, named=named, source=options.source, day=on)
    found = place(known)
    if options.add_schools and found.unknown:
        new = as_schools(found.unknown)
        if not options.dry_run:
            schools.bring_in(connection, new, source=options.source, now=time.time())
        known = [*known, *new]
        found = place(known)
    result = taken(enrollment.listed(connection), found.counts, overwrite=options.overwrite)
    if not options.dry_run:
        enrollment.put(connection, [count for count, _ in result.changed])
        changes = [
            (count.school_id, FieldChange(field=f"students {count.grade}", before=before, after=count.students))
            for count, before in result.changed
        ]
        assets.log(connection, changes, source=options.source, now=time.time())
    totals: dict[str, int] = {}
    for count in found.counts:
        totals[count.school_id] = totals.get(count.school_id, 0) + count.students
    return _Result(taken=result, unknown=found.unknown, against=against_register(known, totals, "the register"))


def _rows(result: _Result, *, everything: bool) -> list[dict[str, Any]]:
    rows = [
        dict.fromkeys(_COLUMNS)
        | {
            "school_id": org.identifier or org.sourced_id,
            "outcome": "unknown",
            "reason": f"{org.name}: no school here",
        }
        for org in result.unknown
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
    for count, before in result.taken.changed if everything else ():
        outcome = "add" if before is None else "change"
        rows.append(
            dict.fromkeys(_COLUMNS)
            | {
                "school_id": count.school_id,
                "grade": count.grade,
                "outcome": outcome,
                "before": before,
                "after": count.students,
            }
        )
    return rows


def _summary(result: _Result, *, dry: bool) -> str:
    changed = len(result.taken.changed)
    conflicts = len(result.taken.disagreements) + len(result.against)
    return (
        f"{changed} grades {'to count' if dry else 'counted'} anew, {result.taken.same} as before, {conflicts} in "
        f"conflict, {len(result.unknown)} schools not known"
    )
