"""Presence: whether a silent device is a problem, or school is simply out. Pure: facts and cut-offs in, a state out.

Silence is counted on the school's own calendar, so a cut-off is the instant since which a given amount of instruction
has passed. A whole school shares its cut-offs; a device is then three comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from homeroom_collector.model import Presence
from homeroom_collector.rules.calendar import SchoolCalendar

NEVER = -inf
"""A cut-off that no device has passed: there was not that much instruction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresencePolicy:
    """When silence begins to matter. Hours and days are instructional; ``present_seconds`` is plain time.

    A device that synchronised with its management console ``synced_seconds`` ago at most is on and reached.
    """

    present_seconds: float = 900.0
    overdue_hours: float = 4.0
    missing_days: int = 5
    gear_unknown_seconds: float = 300.0
    synced_seconds: float = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """Instants of one school at one moment, Unix seconds.

    Last heard at or after ``present``: in use. At or before ``overdue``: silent for the overdue hours. At or before
    ``missing``: silent for the missing days. ``gear_known``: network gear last looked at before it is unknown.
    ``synced``: synchronised with its management console at or after it, a device is on.
    """

    present: float = NEVER
    overdue: float = NEVER
    missing: float = NEVER
    gear_known: float = NEVER
    synced: float = inf


def computer(
    seen_at: float | None,
    cutoffs: Cutoffs,
    *,
    on_campus: bool | None,
    shelved: bool,
    spoke_at: float | None = None,
    synced_at: float | None = None,
) -> Presence:
    """State of a computer last heard of at ``seen_at`` (enrolment, where it never reported; None where nobody knows).

    ``on_campus`` None means that the school's networks are not known; such a computer counts as on campus. What runs on
    it last spoke at ``spoke_at``, and it last synchronised with its management console at ``synced_at``: a Chromebook
    at the login screen does that, while its extension is silent. None: never, or nobody knows.
    """
    if shelved:
        return Presence.SHELVED
    if seen_at is None:
        return Presence.UNKNOWN
    if (spoke_at or seen_at) >= cutoffs.present:
        return Presence.AWAY if on_campus is False else Presence.ON_CAMPUS
    if spoke_at is not None and synced_at is not None and synced_at >= max(cutoffs.synced, spoke_at):
        return Presence.NO_SESSION
    if seen_at <= cutoffs.missing:
        return Presence.MISSING
    return Presence.OVERDUE if seen_at <= cutoffs.overdue else Presence.QUIET


def gear(
    polled_at: float | None, cutoffs: Cutoffs, *, reachable: bool | None, parent_down: bool, shelved: bool
) -> Presence:
    """State of network gear last polled at ``polled_at``. It is down only if somebody looked and it did not answer."""
    if shelved:
        return Presence.SHELVED
    if polled_at is None or polled_at < cutoffs.gear_known or reachable is None:
        return Presence.UNKNOWN
    if reachable:
        return Presence.UP
    return Presence.UNREACHABLE if parent_down else Presence.DOWN


def explains_silence(parent: Presence) -> bool:
    """Say whether gear behind a parent in this state cannot be reached, whatever its own state.

    Asked of the nearest parent only, it goes all the way: what hangs from something unreachable is unreachable. Gear
    behind a parent that answers is down by itself, even where something further up is silent.
    """
    return parent in (Presence.DOWN, Presence.UNREACHABLE)


def gear_states(
    answers: Mapping[str, tuple[float | None, bool | None]], parents: Mapping[str, str], cutoffs: Cutoffs
) -> dict[str, Presence]:
    """States of all gear at once, by device id, from when each was polled and whether it answered."""
    alone = {
        device_id: gear(polled_at, cutoffs, reachable=reachable, parent_down=False, shelved=False)
        for device_id, (polled_at, reachable) in answers.items()
    }
    return {
        device_id: Presence.UNREACHABLE
        if state == Presence.DOWN and explains_silence(alone.get(parents.get(device_id, ""), Presence.UNKNOWN))
        else state
        for device_id, state in alone.items()
    }


def cutoffs(
    calendar: SchoolCalendar, policy: PresencePolicy, now: float, *, listened_until: float | None = None
) -> Cutoffs:
    """Cut-offs of every school on this calendar at ``now``.

    ``listened_until``: the collector was away from then until just now. Silence that nobody could have heard does not
    count, and what was missing before stays missing.
    """
    judged = now if listened_until is None else min(listened_until, now)
    return Cutoffs(
        present=now - policy.present_seconds,
        overdue=calendar.instant_before(judged, policy.overdue_hours * 3600.0),
        missing=calendar.days_before(judged, policy.missing_days),
        gear_known=now - policy.gear_unknown_seconds,
        synced=now - policy.synced_seconds,
    )
