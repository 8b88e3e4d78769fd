"""Which sequences of a device were taken, one set for each of its writers.

A device may have several that number their reports apart: two profiles of a Chromebook, an agent in its Linux
container, two virtual machines with one serial number. As text: ``1-90`` of whoever gave no name, ``name=1-40`` of the
others, with ``;`` between, the one that wrote last at the end.
"""

from __future__ import annotations

from homeroom_collector.ingest.seen import Seen

MOST_WRITERS = 64
"""Past this, the set of the writer that has been silent longest is forgotten: what it sends again counts again."""


class Lanes:
    """Sets of sequences by writer. Only those that are asked for are read."""

    __slots__ = ("_open", "_texts")

    def __init__(self, text: str = "") -> None:
        """Read what :meth:`__str__` wrote."""
        self._open: dict[str, Seen] = {}
        self._texts: dict[str, str] = {}
        if "=" not in text:  # as nearly everywhere: one writer, without a name
            self._texts |= {"": text} if text else {}
            return
        for part in text.split(";"):
            name, _, numbers = part.rpartition("=")
            self._texts[name] = numbers

    def of(self, writer: str) -> Seen:
        """The set of one writer, which now counts as the one that wrote last."""
        if writer not in self._open:
            self._open[writer] = Seen(self._texts.pop(writer, ""))
            self._forget_beyond_bound()
        return self._open[writer]

    def _forget_beyond_bound(self) -> None:
        while self._texts and len(self._texts) + len(self._open) > MOST_WRITERS:
            del self._texts[next(iter(self._texts))]

    def __str__(self) -> str:
        if len(self._open) == 1 and not self._texts and "" in self._open:
            return str(self._open[""])
        numbers = self._texts | {name: str(seen) for name, seen in self._open.items()}
        return ";".join(f"{name}={text}" if name else text for name, text in numbers.items() if text)
