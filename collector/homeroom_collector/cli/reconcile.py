"""``homeroom reconcile``: where the register and what reports contradict each other."""

from __future__ import annotations

import argparse
from typing import Any

from homeroom_collector.cli.decisions import add_today, known, today_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, wait_for
from homeroom_collector.rules.reconcile import Discrepancy, Kind, Seen, reconcile

NAME = "reconcile"
HELP = "find ghosts, forgotten, unregistered and misplaced devices; exit with 1 where there are any"

_COLUMNS = ("kind", "asset", "serial", "school_id", "room", "model", "register_says", "seen")
_SILENT_DAYS = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    add_today(parser)
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="only this kind")
    parser.add_argument("--school", metavar="ID", help="only devices of one school, by the register")
    parser.add_argument(
        "--silent-days", type=int, default=_SILENT_DAYS, metavar="N",
        help="a device not heard for longer is in a closet (default: %(default)s)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print what does not agree."""
    settings = settings_of(options)
    today = today_of(settings, options)
    seen = [
        Seen(
            asset=each.asset,
            registered=each.registered,
            reported_on=each.measured.measured_on,
            enrolled_school=each.enrolled_school,
        )
        for each in wait_for(known(settings, today)).devices
    ]
    found = reconcile(seen, today, silent_days=options.silent_days)
    rows = [
        _row(each)
        for each in found
        if options.kind in (None, each.kind.value) and options.school in (None, each.asset.school_id)
    ]
    show(rows, _COLUMNS, options.format)
    return int(bool(rows))


def _row(each: Discrepancy) -> dict[str, Any]:
    asset = each.asset
    return {
        "kind": each.kind.value,
        "asset": asset.name,
        "serial": asset.serial,
        "school_id": asset.school_id,
        "room": asset.room,
        "model": asset.model,
        "register_says": each.register_says,
        "seen": each.seen,
    }
