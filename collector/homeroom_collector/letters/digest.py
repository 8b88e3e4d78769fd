"""Digests: every morning to technicians, every week to schools; only on days of school."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from homeroom_collector.letters.post import Outcome, Post
from homeroom_collector.letters.settings import DigestSettings
from homeroom_collector.mail import Letter
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.digest import News, Quiet, Trouble, due, text
from homeroom_collector.rules.problem import Severity
from homeroom_collector.rules.problem_state import State
from homeroom_collector.rules.staffed import unattended
from homeroom_collector.rules.ticket_policy import Staff
from homeroom_collector.store import Connection, digests, problems, tickets
from homeroom_collector.store.problems import Root

_LATE_SECONDS = 6 * 3600.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _To:
    """Somebody who is written to: every so many days, of some schools or, where none is named, of all."""

    name: str
    to: str
    schools: tuple[str, ...]
    days: int
    title: str


@dataclass(frozen=True, slots=True)
class Schools:
    """Names and calendars of schools, by id."""

    names: Mapping[str, str]
    calendars: Mapping[str, SchoolCalendar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Sends what is due. ``by_tickets``: there is a help desk, and so they tell of its tickets, not of problems."""

    post: Post
    settings: DigestSettings
    staff: Staff
    by_tickets: bool

    async def send(self, schools: Schools, now: float, count: Callable[[Outcome], None]) -> None:
        """Send what is due and was not sent."""
        for each in _recipients(self.settings):
            chosen = [
                schools.calendars[name] for name in each.schools or schools.calendars if name in schools.calendars
            ]
            day = due(self.settings.at, chosen, now, late_seconds=_LATE_SECONDS)
            if day is not None and not await self._told_lately(each, now):
                count(await self.post.once(each.name, day, now, partial(self._letter, each, schools, now)))

    async def _told_lately(self, each: _To, now: float) -> bool:
        if each.days == 1:
            return False
        last = await self.post.store.read(partial(digests.last, recipient=each.name))
        return last is not None and now - last < (each.days - 0.5) * _DAY

    async def _letter(self, each: _To, schools: Schools, now: float) -> Letter | None:
        news = await self.post.store.read(lambda connection: self._news(connection, each, schools, now))
        told = text(news.of(each.schools), schools.names)
        return Letter(key="", to=each.to, subject=each.title, text=told) if told else None

    def _news(self, connection: Connection, each: _To, schools: Schools, now: float) -> News:
        last = digests.last(connection, each.name)
        since = last if last is not None else now - each.days * _DAY
        roots = problems.roots(connection, since)
        quiet = [
            Quiet(school=root.school_id, kind=root.kind, summary=root.summary)
            for root in roots
            if root.severity is Severity.INFO and root.state is not State.CLOSED
        ]
        if self.by_tickets:
            return News(since=since, tickets=tickets.listed(connection, since=since), quiet=quiet)
        loud = [self._trouble(root, schools) for root in roots if root.severity is not Severity.INFO]
        return News(since=since, troubles=loud, quiet=quiet)

    def _trouble(self, root: Root, schools: Schools) -> Trouble:
        ended = root.closed_at if root.state is State.CLOSED else None
        at = [schools.calendars[root.school_id]] if root.school_id in schools.calendars else schools.calendars.values()
        alone = ended is not None and all(unattended(each, self.staff, root.opened_at, ended) for each in at)
        return Trouble(
            school=root.school_id, summary=root.summary, began_at=root.opened_at, ended_at=ended, unattended=alone
        )


def _recipients(settings: DigestSettings) -> Iterator[_To]:
    for technician in settings.morning:
        name = f"morning:{technician.to}"
        yield _To(name, technician.to, tuple(technician.schools), 1, "Homeroom this morning")
    for each in settings.weekly:
        yield _To(f"weekly:{each.school}:{each.to}", each.to, (each.school,), 7, "Homeroom this week")
