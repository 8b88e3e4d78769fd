"""Reading columns of one device, each standing alone.

Owns how a failure becomes a TableError while everything else goes on, and what is remembered between polls: which
columns the device does not have, and what was parsed from columns that change slowly. Knows no MIB.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
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
_CHUNK = 100


@dataclass(slots=True)
class Memory:
    """What is remembered of a device between polls."""

    absent: set[str] = field(default_factory=set)
    parsed: dict[str, Any] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)


class Reader:
    """One poll of one device. ``errors`` collects what failed, one row for a table and reason."""

    def __init__(self, session: Session, memory: Memory) -> None:
        self.session = session
        self.memory = memory
        self.errors: list[TableError] = []
        self._walked: dict[str, Column] = {}
        self._answered = False

    async def column(self, table: str, oid: str) -> Column:
        """Walk one column. Empty where the device does not have it; where it fails, ``errors`` says so.

        What came before a failure stands. Within one poll a column is walked once, however many ask.
        """
        if oid in self.memory.absent:
            return {}
        if oid not in self._walked:
            self._walked[oid] = await self._walk(table, oid)
        return self._walked[oid]

    async def _walk(self, table: str, oid: str) -> Column:
        start = len(oid) + 1
        try:
            answer = await self.session.walk(oid)
        except SnmpError as error:
            await self.failed(table, error)
            return {name[start:]: cast("Value", value) for name, value in error.rows.items()}
        self._answered = True
        if not answer:
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

    async def scalars(self, table: str, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for single objects, and remember which of them the device does not have."""
        wanted = [oid for oid in oids if oid not in self.memory.absent]
        before = len(self.errors)
        answer = await self.instances(table, wanted)
        if len(self.errors) == before:
            self.memory.absent.update(oid for oid in wanted if oid not in answer)
        return answer

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
        made = await make()
        self.memory.tries[key] = self.memory.tries.get(key, 0) + 1
        if len(self.errors) == before or self.memory.tries[key] >= _MAX_TRIES:
            self.memory.parsed[key] = made
        return made

    async def failed(self, table: str, error: SnmpError) -> None:
        """Note a failure. Raises it on where asking further makes no sense: refused, never answered, or gone since."""
        if isinstance(error, SnmpAuthenticationError) or not self._answered:
            raise error
        row = TableError(table=table, error=_reason(error))
        if row not in self.errors and len(self.errors) < _MAX_ERRORS:
            self.errors.append(row)
        if isinstance(error, SnmpTimeoutError):
            await self.session.get(_ALIVE)


def _reason(error: SnmpError) -> str:
    return "timeout" if isinstance(error, SnmpTimeoutError) else (str(error) or type(error).__name__)[:500]
