"""``homeroom refresh``: what to buy for whom in which fiscal year, why, and for how much."""

from __future__ import annotations

import argparse
import sys

from homeroom_collector.cli.decisions import add_shared, add_view, board_of, print_view
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import settings_of
from homeroom_collector.decisions import refresh_settings
from homeroom_collector.decisions.answers.refresh import ANSWER, SCENARIOS, compared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    add_view(parser, ANSWER, note="; all is every device, also those that are kept, unknown or not in use")
    parser.add_argument("--all", action="store_const", const="all", dest="by", help="the same as --by all")
    parser.add_argument(
        "--what-if", nargs="+", action="append", default=[], metavar="KEY=VALUE",
        help="compare with a plan that differs in these keys of refresh.yml; may be given several times",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print the plan, or the scenarios side by side."""
    if options.what_if:
        return _compare(options)
    board = board_of(options)
    print_view(board, ANSWER.views[options.by], options)
    for note in board.plan.notes:
        print(f"homeroom: {note}", file=sys.stderr)
    return 0


def _compare(options: argparse.Namespace) -> int:
    file = settings_of(options).decisions.refresh
    policies = [(" ".join(changes), refresh_settings.load(file, changes)) for changes in options.what_if]
    board = board_of(options)
    plans = [("as it is", board.plan), *((name, board.planned(policy)) for name, policy in policies)]
    show(compared(plans), SCENARIOS, options.format)
    return 0
