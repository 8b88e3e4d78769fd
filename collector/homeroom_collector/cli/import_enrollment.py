"""``homeroom import enrollment FILE``: students by school and grade from a CSV file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from homeroom_collector.cli.import_counts import Found, add_shared, bring_in
from homeroom_collector.model import School
from homeroom_collector.sources import enrollment_csv

HELP = "students by school and grade from a CSV file: school_id, grade, students"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser, "csv")
    parser.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    """Read and keep; 1 where a row is bad or a count contradicts another source."""

    def read(known: Sequence[School], on: date) -> Found:
        found = enrollment_csv.read(options.file, known, source=options.source, day=on)
        return Found(counts=found.counts, bad=[("", f"line {line}: {reason}") for line, reason in found.bad])

    return bring_in(options, read)
