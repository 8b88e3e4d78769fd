"""What people are told once a day or once a week instead of at every moment. Pure.

Where there is a help desk, its tickets; otherwise the problems themselves. Quiet problems in both cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.ticket import Phase, Ticket

_MOST_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A problem that makes no ticket: it is worth a line in a list."""

    school: str
    kind: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A problem where no help desk is told of it. ``ended_at`` None: it lasts. Times are Unix seconds.

    ``unattended``: it began and ended while nobody was at work.
    """

    school: str
    summary: str
    began_at: float
    ended_at: float | None = None
    unattended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened since the last time. Schools are named by their ids."""

    since: float
    tickets: Sequence[Ticket] = ()
    troubles: Sequence[Trouble] = ()
    quiet: Sequence[Quiet] = ()

    def of(self, schools: Sequence[str]) -> News:
        """Only of these schools, and of the district; none named is all."""
        if not schools:
            return self
        wanted = {*schools, ""}
        return News(
            since=self.since,
            tickets=[each for each in self.tickets if each.school in wanted],
            troubles=[each for each in self.troubles if each.school in wanted],
            quiet=[each for each in self.quiet if each.school in wanted],
        )


def due(at: time, calendars: Sequence[SchoolCalendar], now: float, *, late_seconds: float) -> int | None:
    """The day, such as 20261122, whose message is due now; None where none is.

    Only on days of school at any of the schools, from ``at`` on, and not when it is too late to be of use.
    """
    for calendar in calendars:
        local = datetime.fromtimestamp(now, calendar.rules.zone)
        start = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        if timedelta() <= local - start < timedelta(seconds=late_seconds) and calendar.rules.bells(local.date()):
            return int(f"{local:%Y%m%d}")
    return None


def text(news: News, names: Mapping[str, str]) -> str:
    """The message; empty where there is nothing to tell."""
    parts = (*_of_tickets(news, names), *_of_troubles(news, names), ("For the list", list(_quiet(news.quiet, names))))
    return "\n\n".join(f"{title}:\n" + "\n".join(lines) for title, lines in parts if lines)


def _of_tickets(news: News, names: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    there = [each for each in news.tickets if each.desk_id or each.phase in (Phase.OPEN, Phase.RESOLVED)]
    fresh = [each for each in there if (each.created_at or 0.0) >= news.since]
    ended = [each for each in there if (each.resolved_at or 0.0) >= news.since]
    still = [each for each in there if each.phase is Phase.OPEN and each not in fresh]
    passed = [
        each for each in news.tickets if not each.desk_id and each.phase is Phase.DONE and each.since >= news.since
    ]
    waiting = [each for each in news.tickets if each.phase is Phase.WAITING and each.firing]
    yield "New tickets", _tickets(fresh, names)
    yield "Still open", _tickets(still, names)
    yield "Resolved", _tickets(ended, names)
    yield "Waiting for somebody to be at work", _tickets(waiting, names)
    yield "Over before anybody came", _tickets(passed, names)


def _of_troubles(news: News, names: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    lasting = [each for each in news.troubles if each.ended_at is None]
    over = [each for each in news.troubles if each.ended_at is not None and each.ended_at >= news.since]
    yield "New problems", _troubles([each for each in lasting if each.began_at >= news.since], names)
    yield "Still there", _troubles([each for each in lasting if each.began_at < news.since], names)
    yield "Over", _troubles([each for each in over if not each.unattended], names)
    yield "Over before anybody came", _troubles([each for each in over if each.unattended], names)


def _troubles(troubles: Sequence[Trouble], names: Mapping[str, str]) -> list[str]:
    return _bounded([f"- {_name(each.school, names)}: {each.summary}" for each in troubles])


def _tickets(tickets: Sequence[Ticket], names: Mapping[str, str]) -> list[str]:
    numbers = (f" (ticket {each.desk_id})" if each.desk_id else "" for each in tickets)
    told = zip(tickets, numbers, strict=True)
    return _bounded([f"- {_name(each.school, names)}: {each.summary}{number}" for each, number in told])


def _bounded(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"- and {more} more"]


def _quiet(quiet: Sequence[Quiet], names: Mapping[str, str]) -> Iterator[str]:
    """Many of one kind at one school are one line."""
    counts = Counter((each.school, each.kind) for each in quiet)
    single = {(each.school, each.kind): each.summary for each in quiet}
    for (school, kind), count in sorted(counts.items())[:_MOST_LINES]:
        what = single[school, kind] if count == 1 else f"{kind.replace('_', ' ')}: {count}"
        yield f"- {_name(school, names)}: {what}"


def _name(school: str, names: Mapping[str, str]) -> str:
    return names.get(school, school) or "District"
