"""``homeroom equity``: how evenly schools are served, and what would narrow the widest gap."""

from __future__ import annotations

import argparse
from dataclasses import replace

from homeroom_collector.cli.decisions import add_shared, board_of, print_view
from homeroom_collector.decisions.answers.equity import ANSWER
from homeroom_collector.decisions.board import Board


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    parser.add_argument(
        "what", nargs="?", choices=tuple(ANSWER.views), default=ANSWER.usual,
        help="each school, its grade bands, or worst against best quartile (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--home-mbps", type=float, metavar="N",
        help="what counts as an adequate connection away from school (default: home_mbps of standards.yml)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print the comparison."""
    board = board_of(options)
    if options.home_mbps is not None:
        board = _at_home(board, options.home_mbps * 1e6)
    print_view(board, ANSWER.views[options.what], options)
    return 0


def _at_home(board: Board, bps: float) -> Board:
    minimum = replace(board.policies.minimum, home_bps=bps)
    return replace(board, policies=replace(board.policies, minimum=minimum))
