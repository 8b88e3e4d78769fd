"""``homeroom import google``: Chromebooks of Google's register into the district's own, as the last sync left them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from homeroom_collector.cli.import_register import add_shared, bring_in
from homeroom_collector.cli.options import settings_of, store_of
from homeroom_collector.model import School
from homeroom_collector.sources.asset_fields import Parsed
from homeroom_collector.sources.console_register import parsed
from homeroom_collector.store import console

HELP = "Chromebooks as the last `homeroom google sync` left them: asset tags, schools, end of updates"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser, "google")


def run(options: argparse.Namespace) -> int:
    """Import what can be; 1 where a device is bad or contradicts another source."""

    async def read(_schools: Sequence[School]) -> Parsed:
        async with store_of(settings_of(options)) as store:
            return parsed(await store.read(console.described))

    return bring_in(options, read)
