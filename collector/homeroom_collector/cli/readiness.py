"""``homeroom readiness``: which schools can hold a state test today, for how many students at once."""

from __future__ import annotations

import argparse

from homeroom_collector.cli.decisions import add_shared, add_view, board_of, print_rows, scope_of
from homeroom_collector.decisions.answers.readiness import ANSWER, parts, schools
from homeroom_collector.rules.verdict import Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    add_view(parser, ANSWER, note="; part is devices, bandwidth and access points, each with its reason")
    parser.add_argument(
        "--testers", type=_testers, metavar="N", help="students at once at each school (default: all of its students)"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 where a listed school is not ready")


def _testers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of students; for example 120")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Print the verdicts. 1 where --check finds a school that is not ready, or not known to be."""
    found = board_of(options).readiness(options.testers)
    rows = (schools if options.by == "school" else parts)(found, scope_of(options))
    print_rows(rows, ANSWER.views[options.by], options)
    return int(options.check and any(row["verdict"] != Verdict.PASS.value for row in rows))
