"""``homeroom devices``: the register of devices."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.store import devices

NAME = "devices"
HELP = "list the devices of the register"

_COLUMNS = (
    "device_id", "device_class", "school_id", "grade_band", "name", "serial", "manufacturer", "model", "platform",
    "enrolled_at", "received_at",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--school", metavar="ID", help="only those of one school")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    rows = wait_for(_rows(settings_of(options), options.school))
    show(rows, _COLUMNS, options.format)
    return 0


async def _rows(settings: Settings, school_id: str | None) -> list[dict[str, Any]]:
    async with store_of(settings) as store:
        return await store.read(partial(devices.with_last_report, school_id=school_id))
