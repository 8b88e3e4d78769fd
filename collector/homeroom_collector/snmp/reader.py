"""Reading columns of one device, each standing alone.

Owns how a failure becomes a TableError while everything else goes on, and what is remembered between polls: which
columns the device does not have, and what was parsed from columns that change slowly. Knows no MIB.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
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


@dataclass(slots=True)
class Memory:
    """What is remembered of a device between polls."""

    absent: set[str] = field(default_factory=set)
    parsed: dict[str, Any] = field(default_factory=dict)


class Reader:
    """One poll of one device. ``errors`` collects what failed, one row for a table and reason."""

    def __init__(self, session: Session, memory: Memory) -> None:
        self.session = session
        self.memory = memory
        self.errors: list[TableError] = []

    async def column(self, table: str, oid: str) -> Column:
        """Walk one column. Empty where the device does not have it or it failed; then ``errors`` says so."""
        if oid in self.memory.absent:
            return {}
        try:
            answer = await self.session.walk(oid)
        except SnmpError as error:
            await self.failed(table, error)
            return {}
        if not answer:
            self.memory.absent.add(oid)
        start = len(oid) + 1
        return {name[start:]: value for name, value in answer.items()}

    async def columns(self, table: str, entry: str, numbers: Iterable[int]) -> dict[int, Column]:
        """Walk several columns of one table, by their number under ``entry``."""
        return {number: await self.column(table, f"{entry}.{number}") for number in numbers}

    async def subtree(self, table: str, root: str) -> Column:
        """Walk everything below ``root``, for small tables and groups of scalars."""
        return await self.column(table, root)

    async def whole(self, table: str, entry: str) -> dict[int, Column]:
        """Walk a small table at once and take it apart into columns."""
        found: dict[int, Column] = {}
        for suffix, value in (await self.column(table, entry)).items():
            number, _, index = suffix.partition(".")
            found.setdefault(int(number), {})[index] = value
        return found

    async def scalars(self, table: str, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for exact instances. Those the device does not have are absent."""
        wanted = [oid for oid in oids if oid not in self.memory.absent]
        if not wanted:
            return {}
        try:
            answer = await self.session.get(wanted)
        except SnmpError as error:
            await self.failed(table, error)
            return {}
        self.memory.absent.update(oid for oid in wanted if oid not in answer)
        return answer

    async def once(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Give what ``make`` gave at the last inventory; ask again only where that failed or never happened."""
        if key in self.memory.parsed:
            return cast("T", self.memory.parsed[key])
        before = len(self.errors)
        made = await make()
        if len(self.errors) == before:
            self.memory.parsed[key] = made
        return made

    async def failed(self, table: str, error: SnmpError) -> None:
        """Note a failure. Raises it on where asking further makes no sense: refused, or the device is gone."""
        if isinstance(error, SnmpAuthenticationError):
            raise error
        row = TableError(table=table, error=_reason(error))
        if row not in self.errors and len(self.errors) < _MAX_ERRORS:
            self.errors.append(row)
        if isinstance(error, SnmpTimeoutError):
            await self.session.get(_ALIVE)


def _reason(error: SnmpError) -> str:
    return "timeout" if isinstance(error, SnmpTimeoutError) else (str(error) or type(error).__name__)[:500]
