"""``homeroom import devices FILE``: the register from a CSV file, with a dry run that shows every change."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from homeroom_collector.cli.import_register import add_mapping, add_shared, bring_in, mapping_of
from homeroom_collector.model import School
from homeroom_collector.sources import devices_csv
from homeroom_collector.sources.asset_fields import Parsed

HELP = "the register of devices from a CSV file, of any system"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser, "csv")
    add_mapping(parser)
    parser.add_argument("file", type=Path)
    parser.add_argument("--dates", choices=("iso", "us", "eu"), help="how dates are written (default: iso)")


def run(options: argparse.Namespace) -> int:
    """Import what can be; 1 where a row is bad or contradicts another source."""
    mapping = mapping_of(options)
    mapping = replace(mapping, dates=options.dates or mapping.dates)

    async def read(schools: Sequence[School]) -> Parsed:
        return devices_csv.read(options.file, mapping, schools)

    return bring_in(options, read)
