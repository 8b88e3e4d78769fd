"""Digests by mail: every morning to technicians, every week to schools; only on days of school."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.digest import News, Quiet, due, text
from homeroom_collector.rules.problem import Severity
from homeroom_collector.rules.problem_state import State
from homeroom_collector.secret import Secret
from homeroom_collector.store import Connection, Store, digests, problems, tickets
from homeroom_collector.strict import Clock
from homeroom_collector.tickets.desk import NewTicket
from homeroom_collector.tickets.desks.email import EmailDesk, EmailSettings
from homeroom_collector.tickets.errors import DeskError

_log = logging.getLogger(__name__)
_LATE_SECONDS = 6 * 3600.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningSettings:
    """A technician, and the schools he looks after; none is all."""

    to: str
    schools: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySettings:
    """Somebody at a school."""

    school: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """``mail`` is how it is sent; its own ``to`` gets nothing. Weekly ones come a week after the last."""

    mail: EmailSettings | None = None
    at: Clock = time(6, 30)
    morning: list[MorningSettings] = field(default_factory=list)
    weekly: list[WeeklySettings] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Letter:
    recipient: str
    to: str
    schools: tuple[str, ...]
    days: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Sends what is due. ``names`` and ``calendars`` are by school id."""

    store: Store
    settings: DigestSettings
    password: Secret | None
    timeout_seconds: float

    async def send(self, names: Mapping[str, str], calendars: Mapping[str, SchoolCalendar], now: float) -> int:
        """Send what is due and was not sent; how many were."""
        if self.settings.mail is None:
            return 0
        count = 0
        for letter in self._letters():
            chosen = [calendars[each] for each in letter.schools or calendars if each in calendars]
            day = due(self.settings.at, chosen, now, late_seconds=_LATE_SECONDS)
            if day is not None and await self._one(self.settings.mail, letter, day, names, now):
                count += 1
        return count

    def _letters(self) -> Iterator[_Letter]:
        for technician in self.settings.morning:
            name = f"morning:{technician.to}"
            yield _Letter(name, technician.to, tuple(technician.schools), 1, "Homeroom this morning")
        for each in self.settings.weekly:
            yield _Letter(f"weekly:{each.school}:{each.to}", each.to, (each.school,), 7, "Homeroom this week")

    async def _one(self, mail: EmailSettings, letter: _Letter, day: int, names: Mapping[str, str], now: float) -> bool:
        begun = await self.store.write(lambda connection: _begun(connection, letter, day, now))
        if begun is None:
            return False
        told = text(begun.of(letter.schools), names)
        if told:
            try:
                await self._mail(mail, letter, day, told)
            except DeskError as error:
                _log.warning("digest to %s: %s", letter.to, error)
                if not error.unsure:
                    await self.store.write(lambda connection: digests.give_up(connection, letter.recipient, day))
                return False
        await self.store.write(lambda connection: digests.sent(connection, letter.recipient, day, now))
        return bool(told)

    async def _mail(self, mail: EmailSettings, letter: _Letter, day: int, told: str) -> None:
        settings = EmailSettings(
            host=mail.host, port=mail.port, encryption=mail.encryption, user=mail.user, password=mail.password,
            sender=mail.sender, to=letter.to,
        )  # fmt: skip
        key = f"digest-{day}-{hashlib.sha256(letter.recipient.encode()).hexdigest()[:16]}"
        message = NewTicket(
            external_key=key, subject=letter.title, text=told, severity="info", school="", school_name="", kind="digest"
        )
        await EmailDesk(settings, self.password, self.timeout_seconds).create(message)


def _begun(connection: Connection, letter: _Letter, day: int, now: float) -> News | None:
    """What there is to tell, where it is ours to tell it; None otherwise, or where it was told lately."""
    last = digests.last(connection, letter.recipient)
    if letter.days > 1 and last is not None and now - last < (letter.days - 0.5) * _DAY:
        return None
    if not digests.begin(connection, letter.recipient, day, now):
        return None
    since = last if last is not None else now - letter.days * _DAY
    quiet = [
        Quiet(school=each.school_id, kind=each.kind, summary=each.summary)
        for each in problems.roots(connection, now)
        if each.severity is Severity.INFO and each.state is not State.CLOSED
    ]
    return News(since=since, tickets=tickets.listed(connection, since=since), quiet=quiet)
