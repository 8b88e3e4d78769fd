"""``homeroom sign-ins``: who signed in, when and how."""

from __future__ import annotations

import argparse
import dataclasses
import time
from functools import partial

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.store import sign_ins
from homeroom_collector.store.sign_ins import SignIn

_COLUMNS = ("signed_at", "name", "method", "outcome", "detail")
_DAY_SECONDS = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--days", type=float, default=30.0, metavar="N", help="how far back (default: 30)")
    parser.add_argument("--most", type=int, default=1_000, metavar="N", help="the newest N (default: 1000)")


def run(options: argparse.Namespace) -> int:
    """Print the list, newest first."""
    look = partial(sign_ins.listed, since=time.time() - options.days * _DAY_SECONDS, most=options.most)
    rows = [dataclasses.asdict(entry) for entry in wait_for(_rows(settings_of(options), look))]
    show([row | {"signed_at": row["at"]} for row in rows], _COLUMNS, options.format)
    return 0


async def _rows(settings: Settings, look: partial[list[SignIn]]) -> list[SignIn]:
    async with store_of(settings) as store:
        return await store.read(look)
