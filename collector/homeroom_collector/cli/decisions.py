"""What the commands of the technology director share: the board of the district as it is known today."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, day, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.decisions.answers import Answer, Row, View
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.district import District
from homeroom_collector.decisions.policies import Policies
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.decisions.scope import WHOLE, Scope
from homeroom_collector.fleet.drawing import draw_network
from homeroom_collector.ingest.outlines import polled
from homeroom_collector.ingest.wire import Wire


def add_shared(parser: argparse.ArgumentParser) -> None:
    """``--config``, ``--format``, ``--today`` (for plans made ahead, and for tests) and ``--school``."""
    add_config(parser)
    add_format(parser)
    parser.add_argument(
        "--today", type=day, metavar="DATE", help="judge as on this day (default: today in the district's time zone)"
    )
    parser.add_argument("--school", metavar="ID", help="only what belongs to one school")


def add_view(parser: argparse.ArgumentParser, answer: Answer, *, note: str = "") -> None:
    """``--by``: one of the views of an answer."""
    parser.add_argument(
        "--by",
        choices=tuple(answer.views),
        default=answer.usual,
        help=f"one line for each (default: %(default)s){note}",
    )


def board_of(options: argparse.Namespace) -> Board:
    """Read the district and put its policies beside it."""
    settings = settings_of(options)
    policies = settings.decisions.policies()
    today: date = options.today or datetime.now(ZoneInfo(settings.timezone)).date()
    return Board(district=wait_for(_district(settings, policies, today)), policies=policies, today=today)


async def _district(settings: Settings, policies: Policies, today: date) -> District:
    async with store_of(settings) as store:
        outlines = [each.outline for each in await polled(store, Wire())]
        reader = Reader(
            store=store,
            zone=ZoneInfo(settings.timezone),
            wan=draw_network(outlines, settings.snmp.wan()).wan,
            supported=network_support(policies.refresh),
        )
        return await reader.district(today)


def scope_of(options: argparse.Namespace) -> Scope:
    """The whole district, or the school that was asked for."""
    return WHOLE.only(options.school)


def print_view(board: Board, view: View, options: argparse.Namespace) -> list[Row]:
    """Print a view as it was asked for, and give its rows."""
    return print_rows(view.rows(board, scope_of(options)), view, options)


def print_rows(rows: Iterable[Row], view: View, options: argparse.Namespace) -> list[Row]:
    """Print rows under the columns of a view, and give them back."""
    found = list(rows)
    show(found, view.columns, options.format)
    return found
