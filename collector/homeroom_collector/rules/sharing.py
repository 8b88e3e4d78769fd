"""Equal values held once. Pure.

Thousands of devices of one model are measured and judged in the same words; held apart, those words would be most of
what a large district costs in memory.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)


class Shared:
    """Values by what they are equal to. To be let go of once all are worked out: what is held, its owners hold."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def one(self, value: T) -> T:
        """The first of the values that are equal to this one."""
        return self._known.setdefault(value, value)  # type: ignore[no-any-return]  # it is of the value's own type

    def each(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """The same values in the same order, each held once, and so is the tuple."""
        found = self._known.get(values)
        return found if found is not None else self.one(tuple(map(self.one, values)))
