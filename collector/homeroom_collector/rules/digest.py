"""What people are told once a day or once a week instead of at every moment: tickets, and quiet problems. Pure."""

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
class News:
    """What happened since the last time. Schools are named by their ids."""

    since: float
    tickets: Sequence[Ticket]
    quiet: Sequence[Quiet]

    def of(self, schools: Sequence[str]) -> News:
        """Only of these schools, and of the district; none named is all."""
        if not schools:
            return self
        wanted = {*schools, ""}
        return News(
            since=self.since,
            tickets=[each for each in self.tickets if each.school in wanted],
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
    there = [each for each in news.tickets if each.desk_id or each.phase in (Phase.OPEN, Phase.RESOLVED)]
    fresh = [each for each in there if (each.created_at or 0.0) >= news.since]
    ended = [each for each in there if (each.resolved_at or 0.0) >= news.since]
    still = [each for each in there if each.phase is Phase.OPEN and each not in fresh]
    passed = [
        each for each in news.tickets if not each.desk_id and each.phase is Phase.DONE and each.since >= news.since
    ]
    waiting = [each for each in news.tickets if each.phase is Phase.WAITING and each.firing]
    parts = (
        ("New tickets", _tickets(fresh, names)),
        ("Still open", _tickets(still, names)),
        ("Resolved", _tickets(ended, names)),
        ("Waiting for somebody to be at work", _tickets(waiting, names)),
        ("Over before anybody came", _tickets(passed, names)),
        ("For the list", _quiet(news.quiet, names)),
    )
    return "\n\n".join(f"{title}:\n" + "\n".join(lines) for title, found in parts if (lines := list(found)))


def _tickets(tickets: Sequence[Ticket], names: Mapping[str, str]) -> Iterator[str]:
    for each in tickets[:_MOST_LINES]:
        number = f" (ticket {each.desk_id})" if each.desk_id else ""
        yield f"- {_name(each.school, names)}: {each.summary}{number}"
    if len(tickets) > _MOST_LINES:
        yield f"- and {len(tickets) - _MOST_LINES} more"


def _quiet(quiet: Sequence[Quiet], names: Mapping[str, str]) -> Iterator[str]:
    """Many of one kind at one school are one line."""
    counts = Counter((each.school, each.kind) for each in quiet)
    single = {(each.school, each.kind): each.summary for each in quiet}
    for (school, kind), count in sorted(counts.items())[:_MOST_LINES]:
        what = single[school, kind] if count == 1 else f"{kind.replace('_', ' ')}: {count}"
        yield f"- {_name(school, names)}: {what}"


def _name(school: str, names: Mapping[str, str]) -> str:
    return names.get(school, school) or "District"
