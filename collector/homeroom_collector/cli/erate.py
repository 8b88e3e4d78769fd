"""``homeroom erate``: the Category Two budget, the equipment it paid for, and what an auditor would ask."""

from __future__ import annotations

import argparse

from homeroom_collector.cli.decisions import add_shared, board_of, print_rows, scope_of
from homeroom_collector.decisions.answers import Row
from homeroom_collector.decisions.answers.erate import ANSWER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    parser.add_argument(
        "what", nargs="?", choices=tuple(ANSWER.views), default=ANSWER.usual,
        help="budget of each cycle, the equipment with its dates (the audit export), or what is amiss with it; "
        "findings exit with 1 where there are any (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--year", type=int, metavar="FY", help="only the cycle or the equipment of one funding year")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for."""
    view = ANSWER.views[options.what]
    rows = [row for row in view.rows(board_of(options), scope_of(options)) if _of_year(row, options.year)]
    print_rows(rows, view, options)
    return int(options.what == "findings" and bool(rows))


def _of_year(row: Row, year: int | None) -> bool:
    if year is None:
        return True
    if "cycle" in row:
        return bool(row["first_year"] <= year <= row["last_year"])
    return bool(row["funding_year"] == year)
