"""What devices and calendars tell of themselves, by the store: clocks, agents' versions, school years that end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from homeroom_agent import __version__
from homeroom_collector.doctor.finding import Finding, fail, ok, warning
from homeroom_collector.model import School
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.rules.health.computer import releases_behind
from homeroom_collector.store.health import Told

DAY_SECONDS = 86_400.0
_WRONG_SECONDS = 60.0
_FEW = 3
_OLD_FEED_SECONDS = 7 * DAY_SECONDS
_AHEAD_SECONDS = 90 * DAY_SECONDS
_BEHIND = 2


def look(told: Told, now: float) -> Iterator[Finding]:
    """Clock and agents."""
    yield _clock(told, now)
    if told.agents:
        yield _agents(told.agents)
    if told.feed_at is not None:
        yield _feeds(now - told.feed_at)


def _clock(told: Told, now: float) -> Finding:
    do = "let this machine follow a time server (timedatectl set-ntp true)"
    if told.newest_at is not None and told.newest_at - now > _WRONG_SECONDS:
        return fail("clock", f"the last report arrived {told.newest_at - now:.0f} s after now: our clock went back", do)
    if len(told.skews) >= _FEW and abs(middle := median(told.skews)) > _WRONG_SECONDS:
        ahead = "ahead of" if middle > 0 else "behind"
        return fail(
            "clock", f"half of {len(told.skews)} devices are {abs(middle):.0f} s or more {ahead} us: it is we", do
        )
    return ok("clock", f"agrees with {len(told.skews)} devices")


def _agents(versions: list[str]) -> Finding:
    old = Counter(each for each in versions if (releases_behind(each, __version__) or 0) >= _BEHIND)
    if not old:
        return ok("agents", f"{len(versions)} agents are recent")
    listed = ", ".join(f"{count} with {version}" for version, count in old.most_common(3))
    return warning(
        "agents",
        f"{sum(old.values())} of {len(versions)} agents are old: {listed}",
        "roll out the current agent (docs/deploy-agent.md)",
    )


def _feeds(age_seconds: float) -> Finding:
    if age_seconds > _OLD_FEED_SECONDS:
        do = "see that the calendar's address in calendar.yml still answers; days off since then are not known"
        return warning("calendar", f"a calendar was last read {age_seconds / DAY_SECONDS:.0f} days ago", do)
    return ok("calendar", "feeds were read lately")


def year(book: CalendarBook, schools: list[School], now: float) -> Finding:
    """Whether instruction is known to go on."""
    ended = [
        school.school_id for school in schools if not book.of(school).instructional_seconds(now, now + _AHEAD_SECONDS)
    ]
    if ended:
        do = "write the terms of the next school year into calendar.yml (docs/calendar.md)"
        says = f"no instruction within 90 days at {len(ended)} of {len(schools)} schools ({', '.join(ended[:3])})"
        return warning("calendar", says, do)
    return ok("calendar", f"instruction is known for {len(schools)} schools")
