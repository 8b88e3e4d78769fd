"""``homeroom standards``: who meets the district's minimum, who does not, and why."""

from __future__ import annotations

import argparse
import time
from functools import partial

from homeroom_collector.cli.decisions import add_shared, add_view, board_of, print_rows, scope_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import settings_of, store_of, wait_for
from homeroom_collector.decisions import gap
from homeroom_collector.decisions.answers.standards import ANSWER
from homeroom_collector.decisions.board import Board
from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.verdict import Verdict
from homeroom_collector.store import Connection, baselines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser)
    add_view(parser, ANSWER, note="; school-rule is bandwidth and devices per student")
    parser.add_argument("--verdict", choices=[verdict.value for verdict in Verdict], help="only lines with this one")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a listed device or school fails")
    parser.add_argument("--save-baseline", metavar="NAME", help="keep today's counts under a name, to compare with")
    parser.add_argument("--baseline", metavar="NAME", help="show the gap: the baseline, the standard, and now")


def run(options: argparse.Namespace) -> int:
    """Print the verdicts. 1 where --check finds a failure."""
    board = board_of(options)
    if options.save_baseline:
        return _save(options, board)
    if options.baseline:
        show(_gap(options, board), gap.COLUMNS, options.format)
        return 0
    view = ANSWER.views[options.by]
    rows = [row for row in view.rows(board, scope_of(options)) if options.verdict in (None, row["verdict"])]
    print_rows(rows, view, options)
    return int(options.check and any(row["verdict"] == Verdict.FAIL.value for row in rows))


def _save(options: argparse.Namespace, board: Board) -> int:
    name, body = options.save_baseline, gap.snapshot(board, scope_of(options))

    async def work() -> bool:
        async with store_of(settings_of(options)) as store:
            return await store.write(partial(baselines.keep, name=name, body=body, now=time.time()))

    if not wait_for(work()):
        raise CollectorError(f"a baseline {name!r} is kept already, and a baseline never changes")
    print(f"{name}: {len(body)} counts of {len(board.verdicts)} devices and {len(board.standings)} schools kept")
    return 0


def _gap(options: argparse.Namespace, board: Board) -> list[dict[str, object]]:
    name = options.baseline

    def read(connection: Connection) -> tuple[gap.Baseline | None, list[str]]:
        return baselines.find(connection, name), baselines.names(connection)

    async def work() -> tuple[gap.Baseline | None, list[str]]:
        async with store_of(settings_of(options)) as store:
            return await store.read(read)

    found, names = wait_for(work())
    if found is None:
        raise CollectorError(f"no baseline {name!r}; kept: {', '.join(names) or 'none'}")
    return gap.report(found, board, scope_of(options))
