"""``homeroom calendar show|snow-day|alertmanager``: when there is school, and when there is none after all."""

from __future__ import annotations

import argparse
import difflib
import time
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector import strict
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.cli.options import day as date_of
from homeroom_collector.config import Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.model import School
from homeroom_collector.rules.mute_intervals import time_intervals
from homeroom_collector.sources.from_settings import keeper_of
from homeroom_collector.store import Connection, closures, schools
from homeroom_collector.tickets import settings as ticket_settings

_ALL = "all"
_COLUMNS = ("school_id", "day", "weekday", "bells", "hours")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    showing = commands.add_parser("show", help="list days with their bells")
    _add_common(showing)
    add_format(showing)
    showing.add_argument("--days", type=int, default=14, metavar="N", help="how many days (default: %(default)s)")
    showing.add_argument("--from", dest="day", type=date_of, metavar="DATE", help="first day (default: today)")
    showing.set_defaults(run=_show)
    calling = commands.add_parser("snow-day", help="call a day off; silence on it will not count")
    _add_common(calling)
    calling.add_argument("--date", dest="day", type=date_of, metavar="DATE", help="which day (default: today)")
    calling.add_argument("--reason", default="snow", metavar="TEXT", help="why (default: %(default)s)")
    calling.add_argument("--undo", action="store_true", help="let school take place after all")
    calling.set_defaults(run=_call_off)
    muting = commands.add_parser("alertmanager", help="print when nobody is at work, as time_intervals of Alertmanager")
    add_config(muting)
    muting.add_argument("--days", type=int, default=400, metavar="N", help="how many days (default: %(default)s)")
    muting.add_argument("--from", dest="day", type=date_of, metavar="DATE", help="first day (default: today)")
    muting.set_defaults(run=_mute)


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("school", metavar="SCHOOL", help=f"id of a school, or {_ALL!r}")


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _today(settings: Settings, options: argparse.Namespace) -> date:
    day: date | None = options.day
    return day or datetime.now(ZoneInfo(settings.timezone)).date()


def _show(options: argparse.Namespace) -> int:
    show(wait_for(_days(settings_of(options), options)), _COLUMNS, options.format)
    return 0


async def _days(settings: Settings, options: argparse.Namespace) -> list[dict[str, Any]]:
    first = _today(settings, options)
    async with store_of(settings) as store:
        book = await keeper_of(settings, store).refresh(time.time())
        chosen = await store.read(lambda connection: _chosen(connection, options.school))
    days = [first + timedelta(days=number) for number in range(options.days)]
    return [_row(school, book.of(school).rules.bells(day), day) for school in chosen for day in days]


def _row(school: School, bells: tuple[Any, ...], day: date) -> dict[str, Any]:
    minutes = sum((b.end.hour - b.start.hour) * 60 + b.end.minute - b.start.minute for b in bells)
    return {
        "school_id": school.school_id,
        "day": day.isoformat(),
        "weekday": f"{day:%a}",
        "bells": " ".join(f"{b.start:%H:%M}-{b.end:%H:%M}" for b in bells) or "no school",
        "hours": round(minutes / 60, 2),
    }


def _mute(options: argparse.Namespace) -> int:
    print(strict.yaml_text({"time_intervals": wait_for(_intervals(settings_of(options), options))}), end="")
    return 0


async def _intervals(settings: Settings, options: argparse.Namespace) -> list[dict[str, Any]]:
    """By the district's calendar; a school that differs goes by its own only in Homeroom."""
    staff = ticket_settings.load(settings.tickets.file).staff_hours()
    async with store_of(settings) as store:
        book = await keeper_of(settings, store).refresh(time.time())
    rules = book.of(School(school_id="", name="")).rules
    return time_intervals(rules, staff, _today(settings, options), options.days)


def _call_off(options: argparse.Namespace) -> int:
    print(wait_for(_called_off(settings_of(options), options)))
    return 0


async def _called_off(settings: Settings, options: argparse.Namespace) -> str:
    day = _today(settings, options)

    def work(connection: Connection) -> str:
        _chosen(connection, options.school)
        school_id, name = ("", "every school") if options.school == _ALL else (options.school, options.school)
        if not options.undo:
            closure = closures.Closure(school_id=school_id, day=day, reason=options.reason, declared_at=time.time())
            closures.declare(connection, [closure])
            return f"{name}: no school on {day:%A %d %B %Y}"
        if closures.withdraw(connection, school_id, day):
            return f"{name}: school on {day:%A %d %B %Y} after all"
        raise CollectorError(f"{name}: {day} was not called off")

    async with store_of(settings) as store:
        return await store.write(work)


def _chosen(connection: Connection, school_id: str) -> list[School]:
    known = schools.listed(connection)
    chosen = [school for school in known if school_id in (_ALL, school.school_id)]
    if not chosen and school_id != _ALL:
        close = difflib.get_close_matches(school_id, [school.school_id for school in known], n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise CollectorError(f"school {school_id!r} is not known{hint}")
    return chosen
