"""``homeroom reconcile``: where register, console and what is heard contradict each other."""

from __future__ import annotations

import argparse

from homeroom_collector.cli.decisions import add_shared, board_of, print_rows, scope_of
from homeroom_collector.decisions.answers.reconcile import ANSWER, rows
from homeroom_collector.rules.reconcile import Kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="only this kind")
    parser.add_argument(
        "--silent-days", type=int, metavar="N",
        help="a device not heard for longer is in a closet (default: decisions.silent_days)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print what does not agree."""
    board = board_of(options)
    days = board.policies.silent_days if options.silent_days is None else options.silent_days
    found = rows(board.reconciled(days), scope_of(options))
    shown = [row for row in found if options.kind in (None, row["kind"])]
    print_rows(shown, ANSWER.views["device"], options)
    return int(bool(shown))
