"""Pieces of PromQL that hold for the schools, grade bands and devices chosen at the top of a dashboard."""

from __future__ import annotations

CHOSEN_COMPUTERS = 'homeroom_device_info{school=~"$school", grade_band=~"$grade_band", device=~"$device"}'
_COMPUTERS = 'school=~"$school", grade_band=~"$grade_band", class="computer"'
_GEAR = 'school=~"$school", class="network"'


def of_schools(metric: str, *matchers: str) -> str:
    """A metric at the chosen schools."""
    return metric + "{" + ", ".join(('school=~"$school"', *matchers)) + "}"


def of_computers(expression: str) -> str:
    """An expression by device, for the chosen computers, with their grade band and model."""
    return f"({expression}) * on (school, device) group_left (grade_band, model) {CHOSEN_COMPUTERS}"


def by_computer(expression: str) -> str:
    """The same for a table: one row for each computer, whatever else tells the series apart."""
    return f"max by (school, device, grade_band, model) ({of_computers(expression)})"


def computers(*states: str, by: str = "") -> str:
    """Number of computers; see ``_devices``."""
    return _devices(_COMPUTERS, states, by)


def gear(*states: str, by: str = "") -> str:
    """Number of network devices; see ``_devices``."""
    return _devices(_GEAR, states, by)


def per_school(expression: str) -> str:
    """An expression by school with the school's name."""
    return f"({expression}) * on (school) group_left (name) {of_schools('homeroom_school_info')}"


def _devices(matchers: str, states: tuple[str, ...], by: str) -> str:
    """Devices in any of ``states``, all where none is named, as one number or one for each of ``by``.

    A state in which nobody is has no series: all devices times nought make it 0, and it stays absent where there are no
    devices at all.
    """
    every = f"homeroom_devices{{{matchers}}}"
    wanted = every if not states else f'homeroom_devices{{{matchers}, state=~"{"|".join(states)}"}} or {every} * 0'
    return f"sum by ({by}) ({wanted})" if by else f"sum({wanted})"
