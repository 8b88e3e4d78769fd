"""``homeroom satellite add|list|remove``: the pollers that schools have of their own."""

from __future__ import annotations

import argparse
import dataclasses
import re
import time
from functools import partial

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.config import Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.store import Connection, satellites, schools

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COLUMNS = (
    "name", "school_id", "enrolled_at", "contact_at", "targets", "answering", "waiting_reports", "lost_reports",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    adding = commands.add_parser("add", help="print a token that lets one satellite in, once; also for one that is new")
    add_config(adding)
    adding.add_argument("name", type=_name, help="letters, digits, dot, dash and underscore")
    adding.add_argument("--school", required=True, metavar="ID", help="the school whose network gear it polls")
    adding.set_defaults(run=_add)
    listing = commands.add_parser("list", help="list satellites and how they fare")
    add_config(listing)
    add_format(listing)
    listing.set_defaults(run=_list)
    removing = commands.add_parser("remove", help="forget a satellite and its key; what it reported stays")
    add_config(removing)
    removing.add_argument("name")
    removing.set_defaults(run=_remove)


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("must have 1 to 64 letters, digits, dots, dashes and underscores")
    return text


def _add(options: argparse.Namespace) -> int:
    print(wait_for(_added(settings_of(options), options.name, options.school)))
    return 0


async def _added(settings: Settings, name: str, school_id: str) -> str:
    now = time.time()

    def work(connection: Connection) -> str:
        check_schools([school_id], schools.listed(connection))
        return satellites.add(connection, name, school_id, now)

    async with store_of(settings) as store:
        return await store.write(work)


def _list(options: argparse.Namespace) -> int:
    found = wait_for(_listed(settings_of(options)))
    show([{name: dataclasses.asdict(each)[name] for name in _COLUMNS} for each in found], _COLUMNS, options.format)
    return 0


async def _listed(settings: Settings) -> list[satellites.Satellite]:
    async with store_of(settings) as store:
        return await store.read(satellites.listed)


def _remove(options: argparse.Namespace) -> int:
    if not wait_for(_removed(settings_of(options), options.name)):
        raise CollectorError(f"there is no satellite {options.name!r}; see: homeroom satellite list")
    return 0


async def _removed(settings: Settings, name: str) -> bool:
    async with store_of(settings) as store:
        return await store.write(partial(satellites.remove, name=name))
