"""``homeroom tickets list|show|test|retry``: what the help desk was told, and whether it can be told anything."""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.mail import MailSettings
from homeroom_collector.rules.incident import external_key
from homeroom_collector.rules.ticket import Ticket
from homeroom_collector.rules.ticket_outcome import retried
from homeroom_collector.store import Connection, tickets
from homeroom_collector.tickets import settings as ticket_settings
from homeroom_collector.tickets.service import desk_of
from homeroom_collector.tickets.trial import trial

_COLUMNS = ("desk_id", "phase", "firing", "school", "kind", "severity", "member_count", "first_at", "error", "summary")
_DAY = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list tickets, newest first")
    add_config(listing)
    add_format(listing)
    listing.add_argument("--school", metavar="ID", help="only of this school")
    listing.add_argument("--days", type=int, default=7, metavar="N", help="over for so long (default: %(default)s)")
    listing.set_defaults(run=_list)
    for name, run_it, text in (
        ("show", _show, "everything that is known of a ticket"),
        ("retry", _retry, "try again now what the help desk did not do"),
    ):
        command = commands.add_parser(name, help=text)
        add_config(command)
        command.add_argument("ticket", help="number at the help desk, key, or external key")
        command.set_defaults(run=run_it)
    testing = commands.add_parser("test", help="make a ticket at the help desk, note, resolve and find it again")
    add_config(testing)
    testing.add_argument("desk", nargs="?", help="section of tickets.yml (default: the one that desk names)")
    testing.add_argument("--check-only", action="store_true", help="only ask who answers; make no ticket")
    testing.set_defaults(run=_test)


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _list(options: argparse.Namespace) -> int:
    since = time.time() - options.days * _DAY
    found = wait_for(_listed(settings_of(options), since, options.school))
    show([{name: getattr(each, name) for name in _COLUMNS} for each in found], _COLUMNS, options.format)
    return 0


async def _listed(settings: Settings, since: float, school: str | None) -> list[Ticket]:
    async with store_of(settings) as store:
        return await store.read(lambda connection: tickets.listed(connection, since=since, school=school))


def _show(options: argparse.Namespace) -> int:
    for ticket in wait_for(_found(settings_of(options), options.ticket)):
        for name, value in dataclasses.asdict(ticket).items():
            print(f"{name:16} {_text(name, value)}")
        print()
    return 0


async def _found(settings: Settings, name: str) -> list[Ticket]:
    async with store_of(settings) as store:
        found = await store.read(lambda connection: tickets.find(connection, name))
    if not found:
        raise CollectorError(f"no ticket {name!r}; see: homeroom tickets list")
    return found


def _text(name: str, value: Any) -> str:
    if value is None or value in ("", ()):
        return "-"
    if isinstance(value, float) and value and (name.endswith("_at") or "since" in name):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
    return "; ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _retry(options: argparse.Namespace) -> int:
    wait_for(_retried(settings_of(options), options.ticket))
    print("to be tried again")
    return 0


async def _retried(settings: Settings, name: str) -> None:
    newest = (await _found(settings, name))[0]
    now = time.time()

    def work(connection: Connection) -> None:
        tickets.save(connection, retried(newest), now)

    async with store_of(settings) as store:
        await store.write(work)


def _test(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    chosen = ticket_settings.load(settings.tickets.file, settings.mail)
    if options.desk is not None:
        chosen = dataclasses.replace(chosen, desk=options.desk)
    ticket_settings.require_desk(chosen)
    return wait_for(_tested(chosen, settings.mail, check_only=options.check_only))


async def _tested(settings: ticket_settings.TicketSettings, mail: MailSettings, *, check_only: bool) -> int:
    async with aiohttp.ClientSession() as session:
        desk = desk_of(settings, session, os.environ, mail)
        print(f"answers: {await desk.check()}")
        if check_only:
            return 0
        fine = True
        async for step in trial(desk, external_key(f"-/homeroom_trial/{time.time_ns()}", 1)):
            print(f"{'ok    ' if step.fine else 'FAILED'} {step.what}")
            fine = fine and step.fine
        return 0 if fine else 1
