"""What a whole file of assets would do to the register, row by row, before anything is done. Pure.

A row is the asset with its asset tag; else the one with its serial number; else it is new. A row that two assets, or
two rows, lay claim to is refused: a guess would join two devices' histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom_collector.rules.register import Conflict, Entry, FieldChange, added, merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The fields that one line of a file gives, by the names of Asset."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line that cannot be taken, and why."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class Plan:
    """``added`` and ``changed`` are to be written, ``changes`` to be logged, each with its line and asset's name."""

    added: list[Entry] = field(default_factory=list)
    changed: dict[int, Entry] = field(default_factory=dict)
    changes: list[tuple[int, str, FieldChange]] = field(default_factory=list)
    conflicts: list[tuple[int, str, Conflict]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    same: int = 0


def plan(known: Mapping[int, Entry], rows: Iterable[Row], source: str, *, overwrite: bool = False) -> Plan:
    """Hold the rows against the register, in the order of the file; the first of two rows for one asset is taken."""
    result = Plan()
    register = _Register(known)
    for row in rows:
        try:
            number = register.claim(row)
        except ValueError as error:
            result.bad.append(BadRow(line=row.line, reason=str(error)))
            continue
        merge = (
            added(row.values, source)
            if number is None
            else merged(known[number], row.values, source, overwrite=overwrite)
        )
        name = merge.entry.asset.name
        result.changes += [(row.line, name, change) for change in merge.changes]
        result.conflicts += [(row.line, name, conflict) for conflict in merge.conflicts]
        if number is None:
            result.added.append(merge.entry)
        elif merge.changes:
            result.changed[number] = merge.entry
        else:
            result.same += not merge.conflicts
    return result


class _Register:
    """Who is known by which name, and which line of the file spoke of whom."""

    def __init__(self, known: Mapping[int, Entry]) -> None:
        self._by_tag = {entry.asset.asset_tag: number for number, entry in known.items() if entry.asset.asset_tag}
        self._by_serial: dict[str, int] = {}
        for number, entry in known.items():
            if entry.asset.serial:
                self._by_serial.setdefault(entry.asset.serial.upper(), number)
        self._lines: dict[object, int] = {}

    def claim(self, row: Row) -> int | None:
        """The asset that a row is about; None for a new one. Raises ValueError where that is not certain."""
        tag, serial = row.values.get("asset_tag") or "", (row.values.get("serial") or "").upper()
        if not tag and not serial:
            raise ValueError("neither asset tag nor serial number")
        by_tag, by_serial = self._by_tag.get(tag), self._by_serial.get(serial)
        if by_tag is not None and by_serial not in (None, by_tag):
            raise ValueError(f"asset tag {tag} and serial number {serial} are two different assets of the register")
        number = by_serial if by_tag is None else by_tag
        marks = [("asset tag", tag), ("serial number", serial)]
        claims = [mark for mark in marks if mark[1]] + ([("asset", str(number))] if number is not None else [])
        for mark in claims:
            if mark in self._lines:
                raise ValueError(f"{mark[0]} {mark[1]} is on line {self._lines[mark]} already")
        self._lines.update(dict.fromkeys(claims, row.line))
        return number
