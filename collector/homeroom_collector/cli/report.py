"""``homeroom report``: a school's month or the district's quarter, to print and to send."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.app import keeper_of
from homeroom_collector.cli.decisions import board_of
from homeroom_collector.cli.options import add_config, day, settings_of, store_of, wait_for
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.config import Settings
from homeroom_collector.decisions.board import Board
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Store, attendance, device_events, problem_list
from homeroom_collector.store.problem_list import Wanted
from homeroom_collector.views.reports import Facts, Period, as_html, as_pdf, made, month, quarter

NAME = "report"
HELP = "write a school's month or the district's quarter in plain words, as PDF or HTML"

_MOST_PROBLEMS = 100_000
_MOST_EVENTS = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument("--school", metavar="ID", help="one school (default: the whole district)")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--month", type=_period(month), metavar="2026-10", help="a month")
    when.add_argument("--quarter", type=_period(quarter), metavar="2026-Q3", help="a quarter of the calendar year")
    parser.add_argument("--format", choices=("pdf", "html"), default="pdf", help="how to write (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write (default: standard output)")
    parser.add_argument("--today", type=day, metavar="DATE", help="judge as on this day (default: today)")


def _period(read: Any) -> Any:
    def parse(text: str) -> Period:
        try:
            found: Period = read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return found

    return parse


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    if options.format == "pdf" and options.out is None and sys.stdout.isatty():
        raise ConfigError(["--out: missing; a PDF on the terminal helps nobody"])
    settings, board = settings_of(options), board_of(options)
    html = as_html(made(wait_for(_facts(settings, board, options))))
    raw = as_pdf(html) if options.format == "pdf" else html.encode()
    if options.out is None:
        sys.stdout.buffer.write(raw)
    else:
        options.out.write_bytes(raw)
    return 0


async def _facts(settings: Settings, board: Board, options: argparse.Namespace) -> Facts:
    period: Period = options.month or options.quarter
    check_schools([options.school] if options.school else [], board.district.schools)
    school = next((each for each in board.district.schools if each.school_id == options.school), None)
    async with store_of(settings) as store:
        return await _read(store, settings, board, period, school)


async def _read(store: Store, settings: Settings, board: Board, period: Period, school: School | None) -> Facts:
    zone = ZoneInfo(settings.timezone)
    start = datetime.combine(period.first, datetime.min.time(), zone).timestamp()
    end = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), zone).timestamp()
    school_id = school.school_id if school else None
    heard = partial(
        attendance.attended,
        school_id=school_id,
        first_day=period.number(period.first),
        last_day=period.number(period.last),
    )
    happened = partial(device_events.listed, since=start, school_id=school_id, most=_MOST_EVENTS)
    wanted = Wanted(
        states=tuple(state.value for state in State if state is not State.PENDING),
        schools=None if school_id is None else (school_id,),
        most=_MOST_PROBLEMS,
    )
    problems = await store.read(partial(problem_list.listed, wanted=wanted))
    return Facts(
        period=period,
        board=board,
        school=school,
        attended=await store.read(heard),
        taught=await _taught(store, settings, period, school),
        events=[event for event in await store.read(happened) if event["happened_at"] < end],
        problems=[each for each in problems if start <= (each["opened_at"] or each["pending_at"]) < end],
    )


async def _taught(store: Store, settings: Settings, period: Period, school: School | None) -> frozenset[int]:
    """Days of instruction of a school; of the district as its own calendar has them."""
    keeper = keeper_of(settings, store)
    calendar = (await keeper.recall(time.time())).of(school or School(school_id="", name=""))
    days = (period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1))
    return frozenset(period.number(each) for each in days if calendar.instructional_seconds(*calendar.bounds(each)))
