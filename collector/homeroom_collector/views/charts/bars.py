"""Bars side by side, one for each name, with an optional line that they should reach. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeroom_collector.views.charts.plot import Mark, left_of
from homeroom_collector.views.charts.scale import Scale, round_marks

WIDTH, NARROW, HEIGHT = 640, 480, 190
_RIGHT, _TOP, _BOTTOM = 10, 22, 24
_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place, its name, its value in words."""

    x: float
    y: float
    width: float
    height: float
    name: str
    said: str
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A chart ready to be drawn. ``limit`` is the line, None where there is none."""

    title: str
    words: str
    bars: tuple[Bar, ...]
    marks_y: tuple[Mark, ...]
    limit: Mark | None = None
    width: int
    left: int
    height: int = HEIGHT
    right: int
    bottom: int = HEIGHT - _BOTTOM


def bars(
    title: str,
    values: Sequence[tuple[str, float]],
    *,
    say: Callable[[float], str],
    limit: float | None = None,
    highest: float | None = None,
    styles: Sequence[str] = (),
    width: int = WIDTH,
) -> Bars | None:
    """Draw named values of 0 and more. None where there are none. ``width`` NARROW is for half a page."""
    if not values:
        return None
    top = highest or max([value for _, value in values] + ([limit] if limit else []))
    marks = round_marks(0.0, top or 1.0)
    up = Scale(0.0, marks[-1], HEIGHT - _BOTTOM, _TOP)
    left = left_of(say(value) for value in marks)
    room = (width - left - _RIGHT) / len(values)
    broad = min(room * _SHARE, 90.0)
    drawn = [
        Bar(
            x=round(left + room * place + (room - broad) / 2, 2),
            y=up.place(value),
            width=round(broad, 2),
            height=round(HEIGHT - _BOTTOM - up.place(value), 2),
            name=name,
            said=say(value),
            style=styles[place] if place < len(styles) else "",
        )
        for place, (name, value) in enumerate(values)
    ]
    return Bars(
        title=title,
        words=", ".join(f"{bar.name} {bar.said}" for bar in drawn),
        bars=tuple(drawn),
        marks_y=tuple(Mark(up.place(value), say(value)) for value in marks),
        limit=None if limit is None else Mark(up.place(limit), say(limit)),
        width=width,
        left=left,
        right=width - _RIGHT,
    )
