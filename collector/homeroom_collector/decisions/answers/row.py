"""What an answer is: rows under named columns, read from the board by somebody with a scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at an answer. ``rows`` gives every row the scope may see, with all columns, in a fixed order."""

    columns: tuple[str, ...]
    rows: Callable[[Board, Scope], list[Row]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the technology director's; the first view is the one that is given unasked."""

    name: str
    views: dict[str, View]

    @property
    def usual(self) -> str:
        """The view that is given where none is named."""
        return next(iter(self.views))


def iso(day: date | None) -> str | None:
    """A day as programs read it."""
    return None if day is None else day.isoformat()


def rounded(value: float | None, digits: int = 4) -> float | None:
    """A ratio short enough to read."""
    return None if value is None else round(value, digits)
