"""Reports to JSON bytes and back, with every bound enforced.

Encoding leaves out what is None. Decoding refuses what the format does not name: an unknown field, a wrong type, NaN,
text or lists past their bounds, nesting where none belongs. The error names the dotted path.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

from homeroom_agent.errors import ReportError
from homeroom_agent.report.bounds import Bounds
from homeroom_agent.report.envelope import VERSION, Report

_LARGEST_FLOAT = int(sys.float_info.max)


def wire_name(name: str) -> str:
    """Name of a field on the wire: Python's reserved words lose their underscore."""
    return name.rstrip("_")


def to_wire(value: Any) -> Any:
    """Turn facts into plain JSON values, leaving out what is None."""
    if dataclasses.is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {wire_name(name): to_wire(item) for name, item in pairs if item is not None}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    return value


def encode(report: Report) -> bytes:
    """Encode as compact UTF-8 JSON. ``version`` is always the first key and ``sent_at`` is left to :func:`stamp`.

    Raises ReportError when a fact is outside its bounds, so that a probe's slip is found on the device.
    """
    document = to_wire(dataclasses.replace(report, sent_at=None))
    _check_object(Report, document, "")
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def stamp(encoded: bytes, sent_at: float) -> bytes:
    """Write the moment of sending into an encoded report without decoding it."""
    return b'{"sent_at":%.3f,' % sent_at + encoded[1:]


def decode(raw: bytes | str) -> Report:
    """Decode and validate one report. Raises ReportError naming the field."""
    try:
        # json.loads alone would also take UTF-16, UTF-32 and a byte order mark; RFC 8259 section 8.1 names UTF-8 only.
        text = raw if isinstance(raw, str) else raw.decode()
        document = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ReportError("nested too deeply") from None
    except ValueError as error:
        raise ReportError(f"not JSON: {error}") from None
    return from_wire(document)


def from_wire(document: Any) -> Report:
    """Build a report from plain JSON values. Raises ReportError naming the field."""
    if isinstance(document, dict) and document.get("version", VERSION) != VERSION:
        raise ReportError(f"version: {document['version']!r} is not one of: {VERSION}")
    report = facts_from_wire(Report, document)
    assert isinstance(report, Report)
    return report


def facts_from_wire(cls: type, document: Any, path: str = "") -> Any:
    """Build one section, such as an identity, from plain JSON values. Raises ReportError naming the field."""
    return _check_object(cls, document, path)


def _refuse_constant(name: str) -> NoReturn:
    raise ReportError(f"not JSON: {name} is not a number")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldShape:
    """Type of one field, taken apart: ``item`` is the element of a list, ``optional`` allows null."""

    name: str
    kind: type
    item: type | None
    optional: bool
    required: bool
    bounds: Bounds


@cache
def shapes(cls: type) -> dict[str, FieldShape]:
    """Fields of a fact class by wire name."""
    return dict(_shapes(cls))


def _shapes(cls: type) -> Iterator[tuple[str, FieldShape]]:
    hints = typing.get_type_hints(cls)
    for f in dataclasses.fields(cls):
        hint, optional, item = hints[f.name], False, None
        if isinstance(hint, types.UnionType):
            optional = True
            (hint,) = (option for option in hint.__args__ if option is not type(None))
        if typing.get_origin(hint) is list:
            (item,), hint = typing.get_args(hint), list
        required = f.default is dataclasses.MISSING
        yield wire_name(f.name), FieldShape(f.name, hint, item, optional, required, f.metadata["bounds"])


def _check_object(cls: type, document: Any, path: str) -> Any:
    if not isinstance(document, dict):
        raise ReportError(f"{path or 'report'}: expected an object, got {_kind(document)}")
    known = shapes(cls)
    for name in document:
        if name not in known:
            raise ReportError(f"{_join(path, name)}: unknown field")
    values = {}
    for name, shape in known.items():
        if name in document:
            values[shape.name] = _check(shape, document[name], _join(path, name))
        elif shape.required:
            raise ReportError(f"{_join(path, name)}: missing")
    return cls(**values)


def _check(shape: FieldShape, value: Any, path: str) -> Any:
    if value is None:
        if shape.optional:
            return None
        raise ReportError(f"{path}: must not be null")
    if shape.kind is list:
        return _check_list(shape, value, path)
    return _check_value(shape.kind, shape.bounds, value, path)


def _check_list(shape: FieldShape, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise ReportError(f"{path}: expected a list, got {_kind(value)}")
    if len(value) > shape.bounds.max_items:
        raise ReportError(f"{path}: {len(value)} items, at most {shape.bounds.max_items}")
    assert shape.item is not None
    return [_check_value(shape.item, shape.bounds, item, f"{path}[{i}]") for i, item in enumerate(value)]


def _check_value(kind: type, bounds: Bounds, value: Any, path: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _check_object(kind, value, path)
    if kind is bool or isinstance(value, bool):
        if kind is bool and isinstance(value, bool):
            return value
        raise ReportError(f"{path}: expected {kind.__name__}, got {_kind(value)}")
    if kind is str:
        return _check_text(bounds, value, path)
    return _check_number(kind, bounds, value, path)


def _check_text(bounds: Bounds, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise ReportError(f"{path}: expected text, got {_kind(value)}")
    if len(value) > bounds.max_length:
        raise ReportError(f"{path}: {len(value)} characters, at most {bounds.max_length}")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ReportError(f"{path}: half of a surrogate pair is not text")
    return value


def _check_number(kind: type, bounds: Bounds, value: Any, path: str) -> int | float:
    if not isinstance(value, int | float) or (kind is int and not isinstance(value, int)):
        raise ReportError(f"{path}: expected {'a whole number' if kind is int else 'a number'}, got {_kind(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ReportError(f"{path}: {value} is not a number")
    if kind is float and isinstance(value, int) and abs(value) > _LARGEST_FLOAT:
        raise ReportError(f"{path}: too large for a number")
    if bounds.minimum is not None and value < bounds.minimum:
        raise ReportError(f"{path}: {value} is below {bounds.minimum:g}")
    if bounds.maximum is not None and value > bounds.maximum:
        raise ReportError(f"{path}: {value} is above {bounds.maximum:g}")
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name[:64]


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
