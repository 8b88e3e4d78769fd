"""Digests through a real mail server: once for a day of school, and silent in July."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar, Span
from homeroom_collector.rules.ticket import Phase
from homeroom_collector.store import Store, open_store, tickets
from homeroom_collector.tickets.desks.email import EmailSettings
from homeroom_collector.tickets.digest import Digests, DigestSettings, MorningSettings, WeeklySettings
from stack import free_port
from ticket_samples import POLICY, ticket

ZONE = ZoneInfo("America/Chicago")
CALENDAR = SchoolCalendar(CalendarRules(zone=ZONE, terms=(Span(date(2026, 8, 17), date(2026, 12, 18)),)))
NAMES, CALENDARS = {"lincoln": "Lincoln", "adams": "Adams"}, {"lincoln": CALENDAR, "adams": CALENDAR}


def at(day: int, clock: str, month: int = 9) -> float:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=ZONE).timestamp()


class Box:
    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.answer = "250 kept"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - its name
        if self.answer.startswith("250"):
            self.messages.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return self.answer


@pytest.fixture
async def post(tmp_path: Path):
    box, port = Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    mail = EmailSettings(host="127.0.0.1", port=port, encryption="none", to="x@d.example", sender="homeroom@d.example")
    settings = DigestSettings(
        mail=mail,
        morning=[MorningSettings(to="pat@d.example"), MorningSettings(to="kim@d.example", schools=["adams"])],
        weekly=[WeeklySettings(school="lincoln", to="office@lincoln.example")],
    )
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        await _put(store)
        yield box, Digests(store=store, settings=settings, password=None, timeout_seconds=10), store
    controller.stop()


async def _put(store: Store) -> None:
    """A ticket that is open, and one that was over in the night."""
    now = at(14, "03:00")
    open_one = outcome.created(ticket(now), "rt", "17", POLICY, now)
    passed = replace(ticket(now, subject="ap", summary="An access point was away"), phase=Phase.DONE, firing=False)
    for each in (open_one, passed):
        await store.write(lambda connection, each=each: tickets.save(connection, each, now))


async def test_one_message_for_each_on_the_morning_of_a_day_of_school(post: Any):
    box, digests, _ = post
    for clock in ("06:00", "06:31", "06:32", "09:00", "12:29"):
        await digests.send(NAMES, CALENDARS, at(14, clock))
    assert sorted(to for to, _ in box.messages) == ["office@lincoln.example", "pat@d.example"]
    [text] = [text for to, text in box.messages if to == "pat@d.example"]
    assert "New tickets:\r\n- Lincoln: The uplink is down (ticket 17)" in text
    assert "Over before anybody came:\r\n- Lincoln: An access point was away" in text


async def test_the_next_morning_tells_what_is_new_and_the_week_is_told_once(post: Any):
    box, digests, _ = post
    for day in (14, 15, 16, 17, 18, 19, 20, 21):
        await digests.send(NAMES, CALENDARS, at(day, "06:35"))
    told = [to for to, _ in box.messages]
    assert told.count("pat@d.example") == 6  # Monday to Friday, and Monday again
    assert told.count("office@lincoln.example") == 2
    assert "Still open:\r\n- Lincoln" in [text for to, text in box.messages if to == "pat@d.example"][1]


@pytest.mark.parametrize("moment", [at(12, "06:35"), at(14, "13:00"), at(14, "05:00"), at(14, "06:35", month=7)])
async def test_nothing_on_a_saturday_too_late_too_early_or_in_july(post: Any, moment: float):
    box, digests, _ = post
    assert await digests.send(NAMES, CALENDARS, moment) == 0
    assert box.messages == []


async def test_a_mail_server_that_refuses_is_asked_again(post: Any):
    box, digests, _ = post
    box.answer = "451 later"
    assert await digests.send(NAMES, CALENDARS, at(14, "06:35")) == 0
    box.answer = "250 kept"
    assert await digests.send(NAMES, CALENDARS, at(14, "06:40")) == 2
