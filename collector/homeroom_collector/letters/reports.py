"""Reports by mail: a school's month to its principal, the district's quarter; each once when it is over.

A school hears nothing of a month in which it did not teach: there is nothing to be read in July.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from homeroom_collector.decisions.board import Board
from homeroom_collector.letters.post import SETTLED, Outcome, Post
from homeroom_collector.letters.settings import ReportSettings
from homeroom_collector.mail import Attachment, Letter
from homeroom_collector.model import School
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.views.reports import (
    PdfMissingError,
    Period,
    as_html,
    as_mail,
    as_pdf,
    as_text,
    gathered,
    last_month,
    last_quarter,
    made,
    taught,
)

_log = logging.getLogger(__name__)
_DISTRICT = School(school_id="", name="")
"""Whose calendar is that of the district itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One report for one reader. ``school`` None is the district."""

    school: School | None
    to: str
    period: Period

    @property
    def name(self) -> str:
        """What it is and for whom, as the store keeps it."""
        kind = "quarterly" if self.school is None else f"monthly:{self.school.school_id}"
        return f"{kind}:{self.to}"

    @property
    def day(self) -> int:
        """The day that it stands for: the first of its period."""
        return self.period.number(self.period.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Sends what is due. ``book`` gives the calendars as they are known now."""

    post: Post
    settings: ReportSettings
    zone: ZoneInfo
    book: Callable[[], CalendarBook]
    _done: set[tuple[str, int]] = field(default_factory=set)

    async def send(self, board: Board, now: float, count: Callable[[Outcome], None]) -> None:
        """Send what is due and was not sent. The board must be of a day after the period."""
        periods = last_month(board.today), last_quarter(board.today)
        month, quarter = (period if self._is_due(period, board.today, now) else None for period in periods)
        for each in self.wanted(board, month, quarter):
            if (each.name, each.day) not in self._done:
                outcome = await self.one(each, board, now)
                count(outcome)
                if outcome in SETTLED:
                    self._done.add((each.name, each.day))

    def wanted(self, board: Board, month: Period | None, quarter: Period | None) -> Iterator[Wanted]:
        """Who is to read of a month or a quarter; a school that did not teach in the month is left out."""
        schools, book = {each.school_id: each for each in board.district.schools}, self.book()
        for each in self.settings.monthly if month is not None else ():
            assert month is not None
            school = schools.get(each.school)
            if school is None:
                _log.warning("no report to %s: there is no school %s", each.to, each.school)
            elif taught(month, book.of(school)):
                yield Wanted(school=school, to=each.to, period=month)
        for to in self.settings.quarterly if quarter is not None else ():
            assert quarter is not None
            yield Wanted(school=None, to=to, period=quarter)

    def _is_due(self, period: Period, today: date, now: float) -> bool:
        begins = datetime.combine(period.last + timedelta(days=1), self.settings.at, self.zone).timestamp()
        return today > period.last and 0 <= now - begins < self.settings.late

    async def one(self, each: Wanted, board: Board, now: float) -> Outcome:
        """Send one, unless it was."""
        return await self.post.once(each.name, each.day, now, partial(self.letter, each, board))

    async def letter(self, each: Wanted, board: Board) -> Letter:
        """The letter as it would be sent. Raises PdfMissingError where a PDF must be attached and cannot be made."""
        calendar = self.book().of(each.school or _DISTRICT)
        facts = await gathered(self.post.store, self.zone, board, each.period, each.school, calendar)
        report = await asyncio.to_thread(made, facts)
        name = "" if each.school is None else f" at {each.school.name}"
        file = f"{each.school.school_id if each.school else 'district'}-{each.period.first:%Y-%m}.pdf"
        return Letter(
            key="",
            to=each.to,
            subject=f"Technology{name}: {each.period.name}",
            text=as_text(report),
            html=as_mail(report),
            attachments=await asyncio.to_thread(self._attached, as_html(report), file),
        )

    def _attached(self, html: str, file: str) -> tuple[Attachment, ...]:
        if self.settings.pdf == "never":
            return ()
        try:
            return (Attachment(name=file, kind="application/pdf", content=as_pdf(html)),)
        except PdfMissingError:
            if self.settings.pdf == "always":
                raise
            return ()
