"""``homeroom events``: what happened to devices."""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import Any

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.store import device_events

_COLUMNS = ("happened_at", "device_id", "school_id", "kind", "detail")
_DAY_SECONDS = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--device", metavar="ID", help="only those of one device")
    parser.add_argument("--school", metavar="ID", help="only those of one school's devices")
    parser.add_argument("--kind", choices=device_events.KINDS, help="only those of one kind")
    parser.add_argument("--days", type=float, default=30.0, metavar="N", help="how far back (default: 30)")
    parser.add_argument("--most", type=int, default=1_000, metavar="N", help="the newest N (default: 1000)")


def run(options: argparse.Namespace) -> int:
    """Print the list, newest first."""
    look = partial(
        device_events.listed,
        since=time.time() - options.days * _DAY_SECONDS,
        device_id=options.device,
        school_id=options.school,
        kind=options.kind,
        most=options.most,
    )
    show(wait_for(_rows(settings_of(options), look)), _COLUMNS, options.format)
    return 0


async def _rows(settings: Settings, look: partial[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    async with store_of(settings) as store:
        return await store.read(look)
