"""Digests through a real mail server: once for a day of school, silent in July, and without a help desk too."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homeroom_collector.letters.digest import Digests, Schools
from homeroom_collector.letters.post import Outcome, Post
from homeroom_collector.letters.settings import AtSchool, DigestSettings, MorningSettings
from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar, Span
from homeroom_collector.rules.problem import Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.rules.ticket import Phase
from homeroom_collector.rules.ticket_policy import Staff
from homeroom_collector.store import Store, open_store, problems, tickets
from postbox import Mailbox
from ticket_samples import POLICY, ticket

ZONE = ZoneInfo("America/Chicago")
CALENDAR = SchoolCalendar(CalendarRules(zone=ZONE, terms=(Span(date(2026, 8, 17), date(2026, 12, 18)),)))
SCHOOLS = Schools({"lincoln": "Lincoln", "adams": "Adams"}, {"lincoln": CALENDAR, "adams": CALENDAR})
SETTINGS = DigestSettings(
    morning=[MorningSettings(to="pat@d.example"), MorningSettings(to="kim@d.example", schools=["adams"])],
    weekly=[AtSchool(school="lincoln", to="office@lincoln.example")],
)


def at(day: int, clock: str, month: int = 9) -> float:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=ZONE).timestamp()


@dataclass
class Sender:
    """Digests of one store, and what became of them."""

    digests: Digests
    box: Mailbox
    store: Store
    outcomes: Counter[Outcome]

    async def send(self, now: float) -> None:
        await self.digests.send(SCHOOLS, now, lambda each: self.outcomes.update([each]))


@pytest.fixture(params=[True, False], ids=["a help desk", "no help desk"])
def by_tickets(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
async def post(tmp_path: Path, box: Mailbox, by_tickets: bool) -> AsyncIterator[Sender]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        await (_put if by_tickets else _put_problems)(store)
        digests = Digests(post=Post(store, box.server), settings=SETTINGS, staff=Staff(), by_tickets=by_tickets)
        yield Sender(digests, box, store, Counter())


async def _put(store: Store) -> None:
    """A ticket that is open, and one that was over in the night."""
    now = at(14, "03:00")
    open_one = outcome.created(ticket(now), "rt", "17", POLICY, now)
    passed = replace(ticket(now, subject="ap", summary="An access point was away"), phase=Phase.DONE, firing=False)
    for each in (open_one, passed):
        await store.write(lambda connection, each=each: tickets.save(connection, each, now))


async def _put_problems(store: Store) -> None:
    """The same without a help desk: a problem that lasts, one that was over in the night, and a quiet one."""
    night = at(14, "03:00")
    await _problem(store, "uplink", "The uplink is down", opened_at=night)
    await _problem(store, "ap", "An access point was away", opened_at=night - 600, closed_at=night)
    await _problem(store, "laptop", "A battery is worn", opened_at=night, severity=Severity.INFO)


async def _problem(
    store: Store, kind: str, summary: str, *, opened_at: float, closed_at: float | None = None,
    severity: Severity = Severity.CRITICAL,
) -> None:  # fmt: skip
    problem = Problem(
        key=key_of("lincoln", kind, "-"), school="lincoln", kind=kind, subject="-", severity=severity, summary=summary,
        runbook=kind,
    )  # fmt: skip
    state = State.OPEN if closed_at is None else State.CLOSED
    row = Row(problem=problem, state=state, pending_at=opened_at, opened_at=opened_at, closed_at=closed_at)
    change = Transition(change="opened", before=None, after=row)
    await store.write(lambda connection: problems.claim(connection, change, opened_at))


async def test_one_message_for_each_on_the_morning_of_a_day_of_school(post: Sender, by_tickets: bool):
    for clock in ("06:00", "06:31", "06:32", "09:00", "12:29"):
        await post.send(at(14, clock))
    assert sorted(post.box.told) == ["office@lincoln.example", "pat@d.example"]
    text = post.box.text_to("pat@d.example")
    if by_tickets:
        assert "New tickets:\n- Lincoln: The uplink is down (ticket 17)" in text
    else:
        assert "New problems:\n- Lincoln: The uplink is down" in text
        assert "For the list:\n- Lincoln: A battery is worn" in text
    assert "Over before anybody came:\n- Lincoln: An access point was away" in text


async def test_the_next_morning_tells_what_is_new_and_the_week_is_told_once(post: Sender, by_tickets: bool):
    for day in (14, 15, 16, 17, 18, 19, 20, 21):
        await post.send(at(day, "06:35"))
    told = Counter(post.box.told)
    assert told["pat@d.example"] == 6  # Monday to Friday, and Monday again
    assert told["office@lincoln.example"] == 2
    still = "Still open" if by_tickets else "Still there"
    assert f"{still}:\n- Lincoln: The uplink is down" in post.box.text_to("pat@d.example")
    assert "access point" not in post.box.text_to("pat@d.example")


@pytest.mark.parametrize("moment", [at(12, "06:35"), at(14, "13:00"), at(14, "05:00"), at(14, "06:35", month=7)])
async def test_nothing_on_a_saturday_too_late_too_early_or_in_july(post: Sender, moment: float):
    await post.send(moment)
    assert post.box.messages == []
    assert not post.outcomes


async def test_a_mail_server_that_refuses_is_asked_again(post: Sender):
    post.box.answers = ["451 later"] * 2
    await post.send(at(14, "06:35"))
    assert post.outcomes == {"failed": 2, "empty": 1}
    await post.send(at(14, "06:45"))
    assert len(post.box.messages) == 2


@pytest.mark.parametrize("by_tickets", [False], indirect=True)
async def test_what_somebody_could_have_seen_was_not_over_before_anybody_came(post: Sender):
    await _problem(post.store, "switch", "A switch was down", opened_at=at(14, "06:00"), closed_at=at(14, "07:30"))
    await post.send(at(14, "08:00"))
    assert "Over:\n- Lincoln: A switch was down" in post.box.text_to("pat@d.example")
