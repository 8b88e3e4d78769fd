"""Numbers and times in words, and the words and signs for states. A sign never stands alone, a colour never either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from homeroom_collector.model import Presence

_STEPS = ((86400 * 2, 86400, "days"), (7200, 3600, "hours"), (120, 60, "minutes"))


@dataclass(frozen=True, slots=True)
class Look:
    """How a state appears: a word, a sign, a style, and how much it deserves a look (0 most)."""

    word: str
    sign: str
    style: str
    rank: int


LOOKS: dict[Presence, Look] = {
    Presence.DOWN: Look("down", "■", "bad", 0),
    Presence.MISSING: Look("missing", "■", "bad", 0),
    Presence.UNREACHABLE: Look("unreachable", "▲", "warn", 1),
    Presence.OVERDUE: Look("overdue", "▲", "warn", 1),
    Presence.UNKNOWN: Look("unknown", "?", "mute", 2),
    Presence.ON_CAMPUS: Look("on campus", "●", "good", 3),
    Presence.UP: Look("up", "●", "good", 3),
    Presence.AWAY: Look("away", "◐", "good", 4),
    Presence.NO_SESSION: Look("no session", "◌", "mute", 5),
    Presence.QUIET: Look("quiet", "○", "mute", 5),
    Presence.SHELVED: Look("shelved", "◇", "mute", 6),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant for reading: how long ago, the school's own clock, and what a machine reads."""

    ago: str
    local: str
    iso: str


def moment(at: float | None, now: float, zone: tzinfo) -> Moment | None:
    """An instant in words, None for None."""
    if at is None:
        return None
    local = datetime.fromtimestamp(at, zone)
    near = abs(now - at) < 6 * 86400
    day = local.strftime("%a %H:%M" if near else "%d %b %Y %H:%M")
    return Moment(
        ago(now - at), f"{day} {local.tzname()}", datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    )


def ago(seconds: float) -> str:
    """Time gone by; what lies in the future by a clock's slip counts as now."""
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def duration(seconds: float) -> str:
    """A length of time in its largest sensible unit."""
    for least, unit, word in _STEPS:
        if seconds >= least:
            return f"{int(seconds // unit)} {word}"
    return "1 minute" if seconds >= 60 else f"{int(seconds)} seconds"


def percent(ratio: float) -> str:
    """A ratio as people read it. Only what is all is 100 %, only what is nothing is 0 %."""
    if ratio >= 1:
        return f"{ratio:.0%}"
    whole = round(ratio * 100)
    if whole == 0 and ratio > 0:
        return "under 1%"
    return f"{min(whole, 99)}%"


def number(value: int) -> str:
    """A count with thousands apart."""
    return f"{value:,}"


def many(value: int, one: str, more: str | None = None) -> str:
    """A count with its noun."""
    return f"{value:,} {one if value == 1 else more or one + 's'}"
