"""Evaluate a profile's number rules against a device's answers. Pure: what is missing is noted by ``Answers``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from homeroom_collector.snmp.knowledge.answers import Answers, is_scalar
from homeroom_collector.snmp.knowledge.schema import Column, Conditions, Match, Number
from homeroom_collector.snmp.knowledge.values import as_number, as_text, convert, matches, signed
from homeroom_collector.snmp.session import Value

_ARCS = re.compile(r"\d+(\.\d+)*")
_PLACE = re.compile(r"\{(-?\w+)\}")
_MOST_DECIMALS = 30
_LARGEST = 1e18
"""Past this nothing a school owns is measured; a report holds no more. Infinity and not-a-number are past it too."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a rule: its index, its raw value where it has one, and the columns beside it."""

    answers: Answers
    index: str
    columns: Mapping[str, Column]
    raw: Value | None = None

    def look(self, name: str, *, label: bool = False) -> Value | None:
        """Give what a name or an OID stands for in this row: a named column, ``value``, ``index``, an index part.

        ``label`` says that it only describes, so that an older answer will do.
        """
        if name in self.columns:
            return self._column(self.columns[name], label=label)
        if name == "value":
            return self.raw
        if name == "index":
            return self.index.encode()
        if re.fullmatch(r"-?\d+", name):
            return _part(self.index, int(name))
        return self.answers.cell(name, self.index)

    def _column(self, column: Column, *, label: bool) -> Value | None:
        find = self.answers.label if label else self.answers.cell
        if column.row is not None:
            value = self.answers.scalar(f"{column.oid}.{column.row}")
        else:
            index = self.fill(column.at) if column.at else self.index
            value = find(column.oid, index) if _ARCS.fullmatch(index) else None
        if value is None or not (column.pattern or column.map):
            return value
        text = as_text(value)
        if column.pattern:
            found = column.pattern.search(text)
            text = (found[1] if found.re.groups else found[0]) if found else ""
        return column.map.get(text, text).encode()

    def fill(self, template: str) -> str:
        """Fill ``{name}`` places of a template; a place with nothing to say becomes empty."""
        return " ".join(_PLACE.sub(lambda place: self._shown(place[1]), template).split())

    def _shown(self, name: str) -> str:
        value = self.look(name, label=True)
        return "" if value is None else as_text(value)

    def holds(self, when: Conditions, unless: Conditions) -> bool:
        """Say whether all of ``when`` and none of ``unless`` are true. An absent column fulfils neither."""
        return all(self._is(name, wanted) for name, wanted in when.items()) and not any(
            self._is(name, unwanted) for name, unwanted in unless.items()
        )

    def _is(self, name: str, wanted: tuple[Match, ...]) -> bool:
        value = self.look(name)
        return value is not None and matches(value, wanted)


def _part(index: str, place: int) -> int | None:
    """Give one arc of an index, counted from 1, or from the end where negative."""
    arcs = index.split(".")
    position = place - 1 if place > 0 else len(arcs) + place
    return int(arcs[position]) if 0 <= position < len(arcs) and arcs[position].isdigit() else None


def rows(rule: Number, answers: Answers) -> Iterator[Row]:
    """Give the rows of a rule whose conditions hold and whose raw value is not skipped."""
    for index, raw in _raw_rows(rule, answers):
        row = Row(answers, index, rule.columns, raw)
        if not (rule.skip and matches(raw, rule.skip)) and row.holds(rule.when, rule.unless):
            yield row


def _raw_rows(rule: Number, answers: Answers) -> list[tuple[str, Value]]:
    if rule.row is not None or is_scalar(rule.oid):
        oid = rule.oid if rule.row is None else f"{rule.oid}.{rule.row}"
        raw = answers.scalar(oid)
        return [] if raw is None else [(rule.row or "0", raw)]
    return list(answers.column(rule.oid).items())


def measure(rule: Number, row: Row, default_unit: str) -> tuple[float, str] | None:
    """Give a row's finished value and unit, or None where it has none or is out of the rule's bounds."""
    number = None if row.raw is None else as_number(row.raw, rule.pattern)
    if number is None:
        return None
    if rule.signed_bits:
        number = signed(number, rule.signed_bits)
    scaled = _scale(number, rule, row)
    unit = rule.unit or default_unit
    if rule.fahrenheit_when and row.holds(rule.fahrenheit_when, {}):
        unit = "fahrenheit"
    done = None if scaled is None else convert(scaled, unit)
    return done if done is not None and abs(done[0]) <= _LARGEST and _within(done[0], rule) else None


def _scale(number: float, rule: Number, row: Row) -> float | None:
    """Apply the rule's factors. None where a factor's column is missing or would divide by zero."""
    by, over = _beside(rule.multiply_by, row, 1.0), _beside(rule.divide_by, row, 1.0)
    digits = _beside(rule.decimals, row, 0.0)
    if by is None or not over or digits is None or abs(digits) > _MOST_DECIMALS:
        return None
    scale: float = 10.0**digits
    return number * rule.multiply * by / (rule.divide * over * scale) + rule.offset


def _beside(reference: str | None, row: Row, otherwise: float) -> float | None:
    if reference is None:
        return otherwise
    raw = row.look(reference)
    return None if raw is None else as_number(raw, None)


def _within(value: float, rule: Number) -> bool:
    return (rule.minimum is None or value >= rule.minimum) and (rule.maximum is None or value <= rule.maximum)


def cell(rule: Number | None, row: Row, default_unit: str) -> float | None:
    """Give the value a rule has at the index of another rule's row; a scalar has the same one everywhere."""
    if rule is None:
        return None
    if rule.row is not None or is_scalar(rule.oid):
        raw = row.answers.scalar(rule.oid if rule.row is None else f"{rule.oid}.{rule.row}")
    else:
        raw = row.answers.cell(rule.oid, row.fill(rule.at) if rule.at else row.index)
    if raw is None or matches(raw, rule.skip):
        return None
    done = measure(rule, Row(row.answers, row.index, {**row.columns, **rule.columns}, raw), default_unit)
    return None if done is None else done[0]


def single(rules: Sequence[Number], answers: Answers, default_unit: str) -> float | None:
    """Give one number: that of the first rule which has any, its rows combined as the rule says."""
    for rule in rules:
        found = list(rows(rule, answers))
        if rule.combine == "rows" and found:
            return float(len(found))
        values = [done[0] for row in found if (done := measure(rule, row, default_unit)) is not None]
        if values:
            return _combined(values, rule.combine)
    return None


def _combined(values: list[float], how: str) -> float:
    if how == "sum":
        return sum(values)
    if how == "average":
        return sum(values) / len(values)
    return max(values) if how == "maximum" else values[0]
