"""``homeroom import oneroster FILE``: how many students each school has by grade. No name is ever read."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from homeroom_collector.cli.import_counts import Found, add_shared, bring_in
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.sources.oneroster import counting
from homeroom_collector.sources.oneroster.places import as_schools, placed

HELP = "students by school and grade from a OneRoster 1.2 export; only counts, never a pupil"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser, "oneroster")
    parser.add_argument("file", type=Path, help="the zip file")
    parser.add_argument("--map", action="append", default=[], metavar="'ORG=SCHOOL'", help="which school an org is")
    parser.add_argument("--add-schools", action="store_true", help="add schools of the file that are not known")


def run(options: argparse.Namespace) -> int:
    """Count and keep; 1 where a school is not known or a count contradicts another source."""
    named = _named(options.map)

    def read(known: Sequence[School], on: date) -> Found:
        counted = counting.read(options.file, on)
        found = placed(counted, known, named, source=options.source, day=on)
        new = as_schools(found.unknown) if options.add_schools else []
        if new:
            found = placed(counted, [*known, *new], named, source=options.source, day=on)
        bad = [(org.identifier or org.sourced_id, f"{org.name}: no school here") for org in found.unknown]
        return Found(counts=found.counts, new_schools=new, bad=bad)

    return bring_in(options, read)


def _named(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        org, equals, school = pair.rpartition("=")
        if not equals or not org or not school.strip():
            raise ConfigError([f"--map {pair!r}: write 'their number or name=our school_id'"])
        found[org] = school.strip()
    return found
