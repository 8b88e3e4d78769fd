"""Series leave on time: the fast ones soon after a device falls silent, the slow ones much later."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from homeroom_collector.fleet.member import Member
from homeroom_collector.fleet.school import SchoolState


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long what a device said counts as its state.

    After ``live_seconds`` of silence the fast series leave (processor, charge, counters), after ``lasting_seconds``
    the slow ones too (battery health, disk wear). Who and where a device is stays until it is removed.
    """

    live_seconds: float = 900.0
    lasting_seconds: float = 30 * 86400.0


def age(state: SchoolState, member: Member, freshness: Freshness, now: float) -> bool:
    """Blank what was measured too long ago. True if anything that was known left."""
    if now < member.ages_at:
        return False
    changed = False
    member.ages_at = inf
    for place, columns, start, count in state.runs(member):
        at = member.measured[place]
        if at > 0 and at + freshness.live_seconds <= now:
            changed |= columns.blank(start, count, lasting=False)
            at = member.measured[place] = -at
        if at < 0 and freshness.lasting_seconds - at <= now:
            changed |= columns.blank(start, count, lasting=True)
            at = member.measured[place] = 0.0
        member.ages_at = min(member.ages_at, _leaves_at(at, freshness))
    return changed


def _leaves_at(at: float, freshness: Freshness) -> float:
    """When the next series of a run leave, by its mark (see :class:`Member`)."""
    if at == 0.0:
        return inf
    return at + freshness.live_seconds if at > 0 else freshness.lasting_seconds - at


def silence(state: SchoolState, member: Member) -> None:
    """Blank the fast series of a device that was asked and did not answer."""
    for place, columns, start, count in state.runs(member):
        if 0.0 < member.measured[place] < inf:
            columns.blank(start, count, lasting=False)
            member.measured[place] *= -1
