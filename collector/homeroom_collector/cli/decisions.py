"""What the commands of the technology director share: the district as it is known today."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from homeroom_collector.cli.options import day, store_of
from homeroom_collector.config import Settings
from homeroom_collector.decisions import district
from homeroom_collector.decisions.district import District


def add_today(parser: argparse.ArgumentParser) -> None:
    """``--today DATE``: for plans made ahead, and for tests."""
    parser.add_argument(
        "--today", type=day, metavar="DATE", help="judge as on this day (default: today in the district's time zone)"
    )


def today_of(settings: Settings, options: argparse.Namespace) -> date:
    """The day to judge by."""
    given: date | None = options.today
    return given or datetime.now(ZoneInfo(settings.timezone)).date()


async def known(settings: Settings, today: date) -> District:
    """Read the district from the store."""
    async with store_of(settings) as store:
        return await store.read(partial(district.read, today=today))
