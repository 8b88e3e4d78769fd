"""Documents near the edge of the wire format: most of each is right, and something may be wrong.

Made from a random source instead of a Hypothesis strategy for each field: a report has hundreds of them.
"""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

from homeroom_agent.report import Report
from homeroom_agent.report.codec import FieldShape, shapes

# One of these in place of a right value; some are right after all, depending on the field.
ODD = (
    None, True, False, 0, 1, -1, 1.0, -0.0, 0.5, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, 10**400,
    1e308, -1e-320, float("nan"), float("inf"), float("-inf"), "", "x", "x" * 16, "x" * 81, "x" * 5000,
    "é" * 32, "😀" * 33, "\0", "\x1f", "\ud800", "a\udfffb", [], [None], [[]], ["x"] * 3, [1] * 5000, {}, {"x": 1},
    "NaN", "1",
)  # fmt: skip
_STRANGERS = ("user", "class_", "", "Version", "url" * 40)
_LETTERS = 'ab "\\/é😀\0\n\u2028'


def document(chance: Random, cls: type = Report, *, odd: bool = True) -> dict[str, Any]:
    """An object of a fact class; with ``odd``, about one field in fifty is strange."""
    made: dict[str, Any] = {}
    for name, shape in shapes(cls).items():
        if not shape.required and chance.random() < 0.6:
            continue
        if odd and chance.random() < 0.02:
            made[name] = chance.choice(ODD)
        elif not (odd and chance.random() < 0.005):
            made[name] = _right(chance, shape, odd)
    if odd and chance.random() < 0.01:
        made[chance.choice(_STRANGERS)] = chance.choice(ODD)
    return made


def _right(chance: Random, shape: FieldShape, odd: bool) -> Any:
    if shape.item is None:
        return _value(chance, shape.kind, shape, odd)
    return [
        _value(chance, shape.item, shape, odd) for _ in range(min(chance.choice((0, 1, 2)), shape.bounds.max_items))
    ]


def _value(chance: Random, kind: type, shape: FieldShape, odd: bool) -> Any:
    bounds = shape.bounds
    if dataclasses.is_dataclass(kind):
        return document(chance, kind, odd=odd)
    if kind is bool:
        return chance.random() < 0.5
    if kind is str:
        length = chance.choice((0, 1, min(12, bounds.max_length), bounds.max_length))
        return "".join(chance.choices(_LETTERS, k=length))
    least = bounds.minimum if bounds.minimum is not None else -1000
    most = bounds.maximum if bounds.maximum is not None else 10**6
    if kind is int or chance.random() < 0.2:
        return chance.choice((int(least), int(most), chance.randint(int(least), int(most))))
    return chance.choice((least, most, chance.uniform(least, most)))
