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
    changed, next_at = False, inf
    live, lasting = freshness.live_seconds, freshness.lasting_seconds
    for place, (keys, at) in enumerate(zip(member.keys, member.measured, strict=True)):
        if not keys or at == 0.0:
            continue
        if at > 0.0:
            if at + live > now:
                if at + live < next_at:
                    next_at = at + live
                continue
            changed |= state.blank(member, place, lasting=False)
            at = member.measured[place] = -at
        if lasting - at <= now:
            changed |= state.blank(member, place, lasting=True)
            member.measured[place] = 0.0
        else:
            next_at = min(next_at, lasting - at)
    member.ages_at = next_at
    return changed


def silence(state: SchoolState, member: Member) -> None:
    """Blank the fast series of a device that was asked and did not answer."""
    for place, columns, start, count in state.runs(member):
        if 0.0 < member.measured[place] < inf:
            columns.blank(start, count, lasting=False)
            member.measured[place] *= -1
