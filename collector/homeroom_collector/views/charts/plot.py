"""A line over time, with gaps where nothing is known, and the same in words. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from homeroom_collector.views.charts.scale import Scale, round_marks, time_marks

WIDTH, HEIGHT = 480, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 10, 24
_LETTER = 6.4
"""Width of a letter of an axis, in pixels; most are narrower."""
_NARROW = 3.0
"""A line narrower than so many pixels is hard to see: its end is marked."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of an axis."""

    place: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A chart ready to be drawn. ``words`` says what it shows to whoever does not see it."""

    title: str
    words: str
    line: str
    area: str
    dots: tuple[tuple[float, float], ...]
    marks_x: tuple[Mark, ...]
    marks_y: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def plot(
    title: str,
    points: Sequence[Point],
    *,
    span: tuple[float, float],
    zone: tzinfo,
    say: Callable[[float], str],
    gap_seconds: float,
    bounds: tuple[float, float] | None = None,
    marks: Sequence[float] = (),
) -> Plot | None:
    """Draw points (instant, value), in order. None where there is nothing. Further apart than a gap: no line.

    ``marks`` are the values of the axis to be named, from the lowest; round ones where there are none.
    """
    if not points:
        return None
    values = [value for _, value in points]
    marks = marks or round_marks(*(bounds or (min(values), max(values))))
    left = left_of(say(value) for value in marks)
    across = Scale(*span, left, WIDTH - _RIGHT)
    up = Scale(marks[0], marks[-1], HEIGHT - _BOTTOM, _TOP)
    runs = _runs(points, gap_seconds)
    placed = [[(across.place(at), up.place(value)) for at, value in run] for run in runs]
    floor = HEIGHT - _BOTTOM
    return Plot(
        title=title,
        words=_words(values, say),
        line="".join(_path(run) for run in placed if len(run) > 1),
        area="".join(f"{_path(run)}V{floor}H{run[0][0]}Z" for run in placed if len(run) > 1),
        dots=tuple(run[-1] for run in placed if run[-1][0] - run[0][0] < _NARROW),
        marks_x=tuple(Mark(across.place(at), word) for at, word in time_marks(*span, zone)),
        marks_y=tuple(Mark(up.place(value), say(value)) for value in marks),
        left=left,
    )


def left_of(words: Iterable[str]) -> int:
    """Where an axis stands that is named by these words, so that none is cut."""
    return max(_LEFT, round(_LETTER * max(map(len, words))) + 8)


def _runs(points: Sequence[Point], gap_seconds: float) -> list[list[Point]]:
    runs = [[points[0]]]
    for before, point in itertools.pairwise(points):
        if point[0] - before[0] > gap_seconds:
            runs.append([])
        runs[-1].append(point)
    return runs


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in run)


def _words(values: Sequence[float], say: Callable[[float], str]) -> str:
    first, last, low, high = say(values[0]), say(values[-1]), say(min(values)), say(max(values))
    if len(values) == 1:
        return f"{first}; one value"
    return f"from {first} to {last}; lowest {low}, highest {high}; {len(values)} values"
