"""The newest board, for those who read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homeroom_collector.decisions.board import Board


@dataclass(frozen=True, slots=True)
class Decided:
    """A board, when it was worked out, and how many came before it."""

    board: Board
    at: float
    number: int


class BoardKeeper:
    """The newest board; None until the first one is there. Readers hold on to what they were given."""

    def __init__(self) -> None:
        self.newest: Decided | None = None
        self._not_before = 0.0

    def forget(self, at: float) -> None:
        """Let go of what was worked out, and take nothing whose working out began before ``at``."""
        self.newest, self._not_before = None, at

    def put(self, board: Board, at: float) -> None:
        """Take a newer board, begun ``at``."""
        if at < self._not_before:
            return
        self.newest = Decided(board, at, self.newest.number + 1 if self.newest else 1)


Newest = Callable[[], Decided | None]
"""Gives the newest board, as a reader asks for it."""
