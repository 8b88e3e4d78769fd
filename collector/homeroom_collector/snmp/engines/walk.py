"""How far one walk has come, and when it is over. Pure."""

from __future__ import annotations

from homeroom_collector.errors import SnmpAnswerError
from homeroom_collector.snmp.engines.exchange import END, NO_SUCH_NAME, Answer
from homeroom_collector.snmp.session import Value


class Walk:
    """A walk below ``base``: what came is in ``rows``, and ``last`` is where to go on.

    Devices that answer out of order exist (RouterOS, FortiGate, Zyxel), so only an OID that came before ends the walk;
    each answer must bring a new one, which with ``limit`` bounds every walk. ``repetitions`` is what this walk is down
    to, where it turned out to be less than the device takes elsewhere; None before.
    """

    __slots__ = ("_below", "_empty", "base", "done", "last", "limit", "repetitions", "rows")

    def __init__(self, base: str, limit: int) -> None:
        self.base, self.limit, self.last = base, limit, base
        self.rows: dict[str, Value] = {}
        self.repetitions: int | None = None
        self.done = False
        self._below = f"{base}."
        self._empty: set[str] = set()

    def take(self, answer: Answer) -> None:
        """Keep what is below the base and new. Raises SnmpAnswerError past the limit and where the device fails."""
        if answer.error_status or not answer.bindings:
            self.done = True
            if answer.error_status not in (0, NO_SUCH_NAME):  # noSuchName is how version 1 says: nothing follows
                raise SnmpAnswerError(f"{self.last}: the device answers {answer.error_name}")
            return
        rows, empty, below = self.rows, self._empty, self._below
        for name, value in answer.bindings:
            if value is END or name in rows or name in empty or not name.startswith(below):
                self.done = True
                break
            self.last = name
            if value is None:
                empty.add(name)
            else:
                rows[name] = value
        if len(rows) + len(empty) > self.limit:
            raise SnmpAnswerError(f"{self.base}: more than {self.limit} variables, the walk was cut")
