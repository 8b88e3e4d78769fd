"""Moves: a device that is too weak for its own grade band stands in for one that is due in another. Pure.

A move is laid beside the plan as one more alternative: what is bought, and in which year, does not change by it. A
device is free in the year in which its own replacement is bought, and helps one device of its school at most; the one
that needs it most is helped first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from homeroom_collector.rules.refresh_actions import Action, Alternative

if TYPE_CHECKING:
    from homeroom_collector.rules.refresh import Line


def with_moves(lines: Sequence[Line]) -> list[Line]:
    """The same lines in the same order, those of a move each naming the other."""
    found = list(lines)
    waiting = _receivers(lines)
    for place, donor in sorted(enumerate(lines), key=lambda each: _freed(each[1])):
        if donor.hand_down_to is None or donor.year is None:
            continue
        queue = waiting.get((donor.asset.school_id, donor.hand_down_to), [])
        taker = next((each for each in queue if each != place and _waits(found[each]) >= donor.year), None)
        if taker is None:
            continue
        queue.remove(taker)
        receiver = found[taker]
        note = f"{donor.asset.name}, free in FY{donor.year}, meets the standards of {donor.hand_down_to}"
        offer = Alternative(name="hand-me-down", cents=0, note=note)
        found[place] = replace(found[place], hand_down_for=receiver.asset.name)
        found[taker] = replace(receiver, alternatives=(offer, *receiver.alternatives))
    return found


def _receivers(lines: Sequence[Line]) -> dict[tuple[str, str], list[int]]:
    """Devices to be replaced by school and grade band, the one that needs it most first."""
    found: dict[tuple[str, str], list[int]] = {}
    # What is handed down itself goes on to another band; it is no place for a third device.
    wanted = [each for each in enumerate(lines) if each[1].action is Action.REPLACE and each[1].hand_down_to is None]
    for place, line in sorted(wanted, key=lambda each: (-each[1].score, each[1].asset.name)):
        found.setdefault((line.asset.school_id, line.asset.grade_band), []).append(place)
    return found


def _freed(line: Line) -> tuple[object, ...]:
    return (line.year or _NEVER, line.asset.name)


def _waits(line: Line) -> int:
    """Until when a device has to do; one that no year of the plan replaces would be glad of any."""
    return line.year or _NEVER


_NEVER = 9999
