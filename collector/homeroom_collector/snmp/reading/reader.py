"""Reading columns of one device, each standing alone.

Owns how a failure becomes a TableError while everything else goes on, and what is remembered between polls: what was
parsed from columns that change slowly, which columns the device does not have, and which values the last poll asked
for, so that the next one asks for all of them at once. Knows no MIB.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from homeroom_agent.report.network import TableError
from homeroom_collector.errors import SnmpAuthenticationError, SnmpError, SnmpTimeoutError
from homeroom_collector.snmp.session import Session, Value

T = TypeVar("T")
Column = dict[str, Value]
"""Values by index, the rest of the OID after the column: ``"3"``, ``"1.10.0.0.1"``."""

_ALIVE = ("1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0")
_MAX_ERRORS = 64
_MAX_TRIES = 3
_CHUNK = 256
_PORTS_WORTH = 4


@dataclass(slots=True)
class Memory:
    """What is remembered of a device between polls.

    ``cells`` are the indexes of each column the last poll read, ``singles`` the scalars, ``missing`` how many of all
    these values the device did not have any more.
    """

    absent: set[str] = field(default_factory=set)
    parsed: dict[str, Any] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    cells: dict[str, tuple[str, ...]] = field(default_factory=dict)
    singles: tuple[str, ...] = ()
    missing: int = 0


class Reader:
    """One poll of one device, between :meth:`prefetch` and :meth:`settle`.

    ``errors`` collects what failed, one row for a table and reason. ``vanished`` says that values the last poll had are
    gone, as many as a port has, so the device was altered; a sensor that comes and goes does not count.
    """

    def __init__(self, session: Session, memory: Memory) -> None:
        self.session = session
        self.memory = memory
        self.errors: list[TableError] = []
        self.vanished = False
        self._read: dict[str, Column] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._singles: dict[str, Value] = {}
        self._asked: dict[str, None] = {}
        self._asked_singles: dict[str, None] = {}
        self._prefetched_singles: frozenset[str] = frozenset()
        self._slow = 0
        self._growing = 0
        self._answered = False

    async def prefetch(self) -> None:
        """Ask at once for all values the last poll had, in far fewer requests than walking takes.

        A device of which nothing moves is still asked for a sign of life. Where the device takes few instances in a
        GET but many in a GETBULK, walking is cheaper, and the tables do that.
        """
        if not self.memory.parsed:
            return
        cells = {} if self.session.max_bindings * 4 <= self.session.max_repetitions else self.memory.cells
        names = [*self.memory.singles, *(f"{oid}.{index}" for oid, indexes in cells.items() for index in indexes)]
        before = len(self.errors)
        answer = await self.instances("counters", names or _ALIVE)
        failed = len(self.errors) > before
        if not failed:
            missing = max(len(names) - len(answer), 0)
            self.vanished = missing - self.memory.missing >= max(1, min(_PORTS_WORTH, len(names) // 10))
            self.memory.missing = missing
        for oid, indexes in cells.items():
            column = {index: answer[name] for index in indexes if (name := f"{oid}.{index}") in answer}
            if not failed or len(column) == len(indexes):
                self._read[oid] = column
                self._known[oid] = indexes
        if not failed:
            self._prefetched_singles = frozenset(self.memory.singles)
            self._singles = {oid: answer[oid] for oid in self.memory.singles if oid in answer}

    def settle(self) -> None:
        """Remember what this poll asked for, for the next one to prefetch."""
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        cells = {oid: self._known.get(oid) or tuple(self._read[oid]) for oid in self._asked}
        self.memory.cells = {oid: shared.setdefault(indexes, indexes) for oid, indexes in cells.items() if indexes}
        self.memory.singles = tuple(oid for oid in self._asked_singles if oid not in self.memory.absent)

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Walk the columns asked for inside at every poll: their rows come and go (associations, alarms)."""
        self._growing += 1
        try:
            yield
        finally:
            self._growing -= 1

    async def column(self, table: str, oid: str) -> Column:
        """Read one column. Empty where the device does not have it; where it fails, ``errors`` says so.

        What came before a failure stands. Within one poll a column is read once, however many ask.
        """
        if oid in self.memory.absent and not self._growing:
            return {}
        if oid not in self._read:
            self._read[oid] = await self._walk(table, oid)
        if not self._slow and not self._growing:
            self._asked[oid] = None
        return self._read[oid]

    async def _walk(self, table: str, oid: str) -> Column:
        start = len(oid) + 1
        try:
            answer = await self.session.walk(oid)
        except SnmpError as error:
            await self.failed(table, error)
            return {name[start:]: cast("Value", value) for name, value in error.rows.items()}
        self._answered = True
        if not answer and not self._growing:
            self.memory.absent.add(oid)
        return {name[start:]: value for name, value in answer.items()}

    async def columns(self, table: str, entry: str, numbers: Sequence[int]) -> dict[int, Column]:
        """Walk several columns of one table, by their number under ``entry``; every number is in the answer.

        Where the first column is empty the whole table is walked once: one request where there is no such table, and
        where there is one, whatever columns it has.
        """
        first = f"{entry}.{numbers[0]}"
        known = first in self.memory.absent
        found = {numbers[0]: await self.column(table, first)}
        if not found[numbers[0]] and not known:
            rest = await self.whole(table, entry)
            self._asked.pop(entry, None)
            self.memory.absent.update(f"{entry}.{number}" for number in numbers if number not in rest)
            return {number: rest.get(number, {}) for number in numbers}
        for number in numbers[1:]:
            found[number] = await self.column(table, f"{entry}.{number}")
        return found

    async def whole(self, table: str, entry: str) -> dict[int, Column]:
        """Walk a small table at once and take it apart into columns."""
        found: dict[int, Column] = {}
        for suffix, value in (await self.column(table, entry)).items():
            number, _, index = suffix.partition(".")
            found.setdefault(int(number), {})[index] = value
        return found

    async def rows(self, table: str, entry: str, numbers: Sequence[int], indexes: Collection[str]) -> dict[int, Column]:
        """Ask for chosen rows of chosen columns by exact instance; every number is in the answer."""
        columns = {number: f"{entry}.{number}" for number in numbers}
        found: dict[int, Column] = {number: self._read.get(oid, {}) for number, oid in columns.items()}
        asked = [number for number, oid in columns.items() if oid not in self._read]
        wanted = {f"{columns[number]}.{index}": (number, index) for number in asked for index in indexes}
        found |= {number: {} for number in asked}
        for oid, value in (await self.instances(table, list(wanted))).items():
            number, index = wanted[oid]
            found[number][index] = value
        if not self._slow:
            self._read |= {columns[number]: found[number] for number in asked}
            self._asked |= dict.fromkeys(columns.values())
        return found

    async def scalars(self, table: str, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for single objects, and remember which of them the device does not have."""
        known = {oid: self._singles[oid] for oid in oids if oid in self._singles}
        done = self.memory.absent | self._prefetched_singles
        wanted = [oid for oid in oids if oid not in done]
        before = len(self.errors)
        answer = await self.instances(table, wanted)
        if len(self.errors) == before:
            self.memory.absent.update(oid for oid in wanted if oid not in answer)
        if not self._slow:
            self._asked_singles.update(dict.fromkeys(oids))
        return known | answer

    async def instances(self, table: str, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for exact instances of any number. Those the device does not have are absent."""
        answer: dict[str, Value] = {}
        for start in range(0, len(oids), _CHUNK):
            try:
                answer |= await self.session.get(oids[start : start + _CHUNK])
                self._answered = True
            except SnmpError as error:
                await self.failed(table, error)
        return answer

    async def once(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Give what ``make`` gave at the last inventory.

        Where it failed it is made again at the next polls, a few times: then what came is kept until the next
        inventory, so that one column that always fails does not make every poll as dear as an inventory.
        """
        if key in self.memory.parsed:
            return cast("T", self.memory.parsed[key])
        before = len(self.errors)
        self._slow += 1
        try:
            made = await make()
        finally:
            self._slow -= 1
        self.memory.tries[key] = self.memory.tries.get(key, 0) + 1
        if len(self.errors) == before or self.memory.tries[key] >= _MAX_TRIES:
            self.memory.parsed[key] = made
        return made

    async def failed(self, table: str, error: SnmpError) -> None:
        """Note a failure. Raises it on where asking further makes no sense: refused, never answered, or gone since."""
        silent = isinstance(error, SnmpTimeoutError)
        if isinstance(error, SnmpAuthenticationError) or (silent and not self._answered):
            raise error
        row = TableError(table=table, error=_reason(error))
        if row not in self.errors and len(self.errors) < _MAX_ERRORS:
            self.errors.append(row)
        if silent or not self._answered:
            await self.session.get(_ALIVE)
            self._answered = True


def _reason(error: SnmpError) -> str:
    return "timeout" if isinstance(error, SnmpTimeoutError) else (str(error) or type(error).__name__)[:500]
