"""``homeroom import schools|devices|snipe-it|google|oneroster|enrollment``: what the district already knows."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from types import ModuleType

from homeroom_collector.cli import (
    import_devices,
    import_enrollment,
    import_google,
    import_oneroster,
    import_snipe_it,
)
from homeroom_collector.cli.options import add_config, settings_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.sources import schools as school_file
from homeroom_collector.store import open_store, schools
from homeroom_collector.store.schools import BroughtIn

_KINDS: dict[str, ModuleType] = {
    "devices": import_devices,
    "snipe-it": import_snipe_it,
    "google": import_google,
    "oneroster": import_oneroster,
    "enrollment": import_enrollment,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    of_schools = kinds.add_parser("schools", help="schools from a CSV file (see configs/schools.csv)")
    add_config(of_schools)
    of_schools.add_argument("file", type=Path)
    of_schools.set_defaults(run=_schools)
    for name, kind in _KINDS.items():
        parser_of = kinds.add_parser(name, help=kind.HELP)
        kind.add_arguments(parser_of)
        parser_of.set_defaults(run=kind.run)


def run(options: argparse.Namespace) -> int:
    """Never called: each kind has its own."""
    raise AssertionError(options)


def _schools(options: argparse.Namespace) -> int:
    found = wait_for(_put(settings_of(options), options.file))
    print(f"{found.added} added, {found.changed} changed, {found.same} as before")
    return 0


async def _put(settings: Settings, file: Path) -> BroughtIn:
    found = school_file.read(file)
    async with open_store(settings.store.url) as store:
        return await store.write(partial(schools.bring_in, found=found, source=file.name, now=time.time()))
