"""Which sequences of a device were taken: exact for any order of arrival, compact as text.

A device numbers its reports without gaps, so the set is nearly always one range: ``1-1234``. Gaps are reports that were
lost, or that are still on their way.
"""

from __future__ import annotations

from bisect import bisect_right

MOST_RANGES = 4096
"""Past this, the lowest gap is closed: what was missing there is taken for seen. No spool holds that many gaps."""


class Seen:
    """A set of whole numbers as sorted ranges that neither touch nor overlap."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, text: str = "") -> None:
        """Read what :meth:`__str__` wrote."""
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for part in text.split(",") if text else ():
            first, _, last = part.partition("-")
            self._firsts.append(int(first))
            self._lasts.append(int(last or first))

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def add(self, number: int) -> bool:
        """Take a number in; False where it was there already."""
        at = bisect_right(self._firsts, number)
        if at and number <= self._lasts[at - 1]:
            return False
        joins_left = at > 0 and self._lasts[at - 1] == number - 1
        joins_right = at < len(self._firsts) and self._firsts[at] == number + 1
        if joins_left and joins_right:
            self._lasts[at - 1] = self._lasts.pop(at)
            del self._firsts[at]
        elif joins_left:
            self._lasts[at - 1] = number
        elif joins_right:
            self._firsts[at] = number
        else:
            self._firsts.insert(at, number)
            self._lasts.insert(at, number)
            self._close_lowest_gap()
        return True

    def add_all_up_to(self, number: int) -> bool:
        """Take in a number and everything below it; False where it was there already."""
        if number in self:
            return False
        self._firsts, self._lasts = [0], [number]
        return True

    def _close_lowest_gap(self) -> None:
        if len(self._firsts) > MOST_RANGES:
            del self._firsts[1], self._lasts[0]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in zip(self._firsts, self._lasts, strict=True))

    def __str__(self) -> str:
        if len(self._firsts) == 1:
            first, last = self._firsts[0], self._lasts[0]
            return f"{first}-{last}" if last > first else str(first)
        pairs = zip(self._firsts, self._lasts, strict=True)
        return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in pairs)
