"""``homeroom report``: a school's month or the district's quarter, to print, to keep, and to send."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.cli.decisions import board_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, day, settings_of, store_of, wait_for
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.config import Settings
from homeroom_collector.decisions.board import Board
from homeroom_collector.errors import ConfigError
from homeroom_collector.letters.post import Outcome, Post
from homeroom_collector.letters.reports import Reports, Wanted
from homeroom_collector.mail import MailServer
from homeroom_collector.model import School
from homeroom_collector.sources.from_settings import keeper_of
from homeroom_collector.store import Store, digests
from homeroom_collector.views.reports import Facts, Period, as_html, as_pdf, gathered, made, month, quarter

_COLUMNS = ("to", "school", "period", "result")
_FINE: frozenset[Outcome] = frozenset({"sent", "done before"})


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
    parser.add_argument("--send", action="store_true", help="send it by mail to the readers named under reports:")
    parser.add_argument("--dry-run", action="store_true", help="with --send: only say who would be sent what")
    parser.add_argument("--again", action="store_true", help="with --send: also to those who were sent it before")


def _period(read: Any) -> Any:
    def parse(text: str) -> Period:
        try:
            found: Period = read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return found

    return parse


def run(options: argparse.Namespace) -> int:
    """Write the report, or send it."""
    if options.send:
        return _send(options)
    if options.dry_run or options.again:
        raise ConfigError(["--dry-run, --again: only with --send"])
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
        keeper = keeper_of(settings, store)
        calendar = (await keeper.recall(time.time())).of(school or School(school_id="", name=""))
        return await gathered(store, ZoneInfo(settings.timezone), board, period, school, calendar)


def _send(options: argparse.Namespace) -> int:
    """Send what the configuration asks for, and print what became of it."""
    settings = settings_of(options)
    if settings.mail.host is None:
        raise ConfigError(["mail.host: missing; the server that reports are sent by"])
    if options.school is not None and options.month is None:
        raise ConfigError(["--school: the quarter is the district's; with --send, name a month"])
    board = board_of(options)
    check_schools([options.school] if options.school else [], board.district.schools)
    results = wait_for(_sent(settings, board, options))
    show([dict(zip(_COLUMNS, each, strict=True)) for each in results], _COLUMNS, "table")
    if not results:
        print("nobody is named under reports: for this, or no school taught in that month", file=sys.stderr)
    return 0 if results and (options.dry_run or all(result in _FINE for *_, result in results)) else 1


async def _sent(settings: Settings, board: Board, options: argparse.Namespace) -> list[tuple[str, str, str, str]]:
    async with store_of(settings) as store:
        book = await keeper_of(settings, store).recall(time.time())
        post = Post(store, MailServer.of(settings.mail, "mail", os.environ))
        reports = Reports(post=post, settings=settings.reports, zone=ZoneInfo(settings.timezone), book=lambda: book)
        found = []
        for each in reports.wanted(board, options.month, options.quarter):
            school = each.school.school_id if each.school else ""
            if options.school in (None, school):
                result = await _one(reports, store, each, board, options)
                found.append((each.to, school or "the district", each.period.name, result))
        return found


async def _one(reports: Reports, store: Store, each: Wanted, board: Board, options: argparse.Namespace) -> str:
    if options.dry_run:
        letter = await reports.letter(each, board)
        names = ", ".join(f"{attached.name} ({len(attached.content):,} bytes)" for attached in letter.attachments)
        before = await store.read(lambda connection: digests.fate(connection, each.name, each.day))
        if before != "none" and not options.again:
            return f"{before} before"
        return f"would be sent: {letter.subject}" + (f", with {names}" if names else ", without a PDF")
    if options.again:
        await store.write(lambda connection: digests.again(connection, each.name, each.day))
    return await reports.one(each, board, time.time())
