"""``homeroom maintenance add|list|end``: work that is planned, so that nobody is called for it."""

from __future__ import annotations

import argparse
import getpass
import time
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.maintenance import Window
from homeroom_collector.store import Connection, devices, maintenance, schools
from homeroom_collector.strict import seconds

_COLUMNS = ("window_id", "starts_at", "ends_at", "school_id", "device_id", "reason", "author")
_ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    adding = commands.add_parser("add", help="plan a window")
    add_config(adding)
    place = adding.add_mutually_exclusive_group(required=True)
    place.add_argument("--school", metavar="ID", help=f"at one school, or {_ALL!r}")
    place.add_argument("--device", metavar="ID", help="on one device, with all that is behind it")
    adding.add_argument(
        "--from", dest="start", metavar="TIME", help="local time such as 2026-07-06T18:00 (default: now)"
    )
    adding.add_argument("--for", dest="length", required=True, metavar="DURATION", help="how long, such as 90m or 4h")
    adding.add_argument("--reason", default="", metavar="TEXT", help="why")
    adding.set_defaults(run=_add)
    listing = commands.add_parser("list", help="windows that are planned or under way")
    add_config(listing)
    add_format(listing)
    listing.add_argument("--past", action="store_true", help="also those that are over")
    listing.set_defaults(run=_list)
    ending = commands.add_parser("end", help="end a window now; one that has not begun is called off")
    add_config(ending)
    ending.add_argument("window", type=int, metavar="NUMBER", help="its number")
    ending.set_defaults(run=_end)


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _add(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    window = _window(options, settings)

    def work(connection: Connection) -> int:
        _check_place(connection, window)
        return maintenance.add(connection, window)

    print(f"maintenance {wait_for(_write(settings, work))}: until {_local(window.ends_at, settings)}")
    return 0


def _window(options: argparse.Namespace, settings: Settings) -> Window:
    start = time.time() if options.start is None else _instant(options.start, settings)
    try:
        length = seconds(options.length)
    except ValueError as error:
        raise CollectorError(f"--for {options.length}: {error}") from None
    if length <= 0:
        raise CollectorError("--for: must be longer than 0")
    return Window(
        starts_at=start,
        ends_at=start + length,
        school_id="" if options.school in (None, _ALL) else options.school,
        device_id=options.device or "",
        reason=options.reason,
        author=_signed_in(),
    )


def _instant(text: str, settings: Settings) -> float:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise CollectorError(f"--from {text}: not a time; for example 2026-07-06T18:00") from None
    return (given if given.tzinfo else given.replace(tzinfo=ZoneInfo(settings.timezone))).timestamp()


def _local(at: float, settings: Settings) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(settings.timezone)).isoformat(sep=" ", timespec="minutes")


def _signed_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _check_place(connection: Connection, window: Window) -> None:
    if window.school_id and window.school_id not in {school.school_id for school in schools.listed(connection)}:
        raise CollectorError(f"school {window.school_id!r} is not known")
    if window.device_id and window.device_id not in {each.device_id for each in devices.listed(connection)}:
        raise CollectorError(f"device {window.device_id!r} is not known; 'homeroom devices' lists them")


def _list(options: argparse.Namespace) -> int:
    look = partial(maintenance.listed, ends_after=0.0 if options.past else time.time())

    async def read(settings: Settings) -> list[Window]:
        async with store_of(settings) as store:
            return await store.read(look)

    windows = wait_for(read(settings_of(options)))
    show([_row(window) for window in windows], _COLUMNS, options.format)
    return 0


def _row(window: Window) -> dict[str, Any]:
    row = {name: getattr(window, name) for name in _COLUMNS}
    return {**row, "school_id": window.school_id or ("" if window.device_id else _ALL)}


def _end(options: argparse.Namespace) -> int:
    work = partial(maintenance.end, window_id=options.window, now=time.time())
    if not wait_for(_write(settings_of(options), work)):
        raise CollectorError(f"maintenance {options.window} is not planned or under way")
    print(f"maintenance {options.window}: ended")
    return 0


async def _write(settings: Settings, work: Any) -> Any:
    async with store_of(settings) as store:
        return await store.write(work)
