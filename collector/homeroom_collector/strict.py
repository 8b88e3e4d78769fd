"""Strict YAML into frozen dataclasses: every finding at once, with its dotted path and a suggestion.

The only home of PyYAML and pydantic. A settings class is a plain frozen dataclass; this module turns a document into
it, or raises ConfigError listing everything that is wrong. Duration fields are ``Seconds``: a number, or text such as
``90s``, ``5m``, ``12h``, ``30d``.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import types
import typing
from collections.abc import Hashable
from datetime import time
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import pydantic
import yaml

from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret

T = TypeVar("T")

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")


def seconds(text: str) -> float:
    """Read a duration such as ``90s``, ``5m``, ``12h``, ``30d``. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError("not a duration; write a number of seconds, or for example 90s, 5m, 12h, 30d")
    return float(found[1]) * _UNITS[found[2]]


def _seconds(value: Any) -> Any:
    return seconds(value) if isinstance(value, str) else value


Seconds = Annotated[float, pydantic.BeforeValidator(_seconds), pydantic.Field(ge=0)]
"""A duration in seconds; text with a unit is understood."""


def clock(text: str) -> time:
    """Read a time of day such as ``08:00``. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("not a time of day; for example 08:00 or 14:45")
    return time(int(found[1]), int(found[2]))


def _clock(value: Any) -> Any:
    # YAML 1.1 reads 15:00 as the number 900, base sixty.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return time(*divmod(value, 60))
    return clock(value) if isinstance(value, str) else value


Clock = Annotated[time, pydantic.BeforeValidator(_clock)]
"""A time of day, such as 08:00."""


def _secret(value: Any) -> Any:
    if not isinstance(value, str | Secret):
        raise ValueError("must be text; put numbers in quotes")  # noqa: TRY004 - pydantic collects ValueError
    return Secret(value) if isinstance(value, str) else value


SecretText = Annotated[Secret, pydantic.BeforeValidator(_secret)]
"""Text that never prints once it is read."""


def shorthand(key: str) -> pydantic.BeforeValidator:
    """Let a plain text stand for a mapping with only ``key``: an OID for the rule that reads it."""
    return pydantic.BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def one_or_many(key: str) -> pydantic.BeforeValidator:
    """Let one value, or one plain text as in :func:`shorthand`, stand for a list of them."""

    def read(value: Any) -> Any:
        values = value if isinstance(value, list) else [value]
        return [{key: item} if isinstance(item, str) else item for item in values]

    return pydantic.BeforeValidator(read)


def shaped(pattern: str, what: str) -> pydantic.AfterValidator:
    """Hold a text to a regular expression that it must match as a whole; ``what`` says what it should be."""
    shape = re.compile(pattern)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return pydantic.AfterValidator(check)


_CONFIG = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)


# libyaml reads the device profiles eight times as fast; a PyYAML built without it has only the Python parser.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_SafeLoader):  # type: ignore[misc] # which of two classes is known at run time only
    """SafeLoader that refuses a key written twice: the second would silently win."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice", key_node.start_mark)
        seen.add(key)
    mapping: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return mapping


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """Parse one YAML file. Raises ConfigError where it is missing, unreadable or not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError([f"{path}: not YAML: {' '.join(str(error).split())}"]) from None


def yaml_text(document: Any) -> str:
    """Plain values as YAML."""
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def write_yaml(path: Path, document: Any) -> None:
    """Write plain values as YAML in one step: who reads sees the old file or the new. Raises ConfigError."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(yaml_text(document), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written: {error.strerror}"]) from None


def decode(cls: type[T], document: Any, *, where: str = "") -> T:
    """Build ``cls`` from plain YAML values; ``where`` is put before each dotted path.

    Raises ConfigError with all problems: unknown keys (with the nearest known one), wrong types, values out of bounds.
    """
    try:
        checked: T = _adapter(cast("Hashable", cls)).validate_python({} if document is None else document)
    except pydantic.ValidationError as error:
        problems = [_problem(cls, detail, where) for detail in error.errors(include_url=False)]
        raise ConfigError(problems) from None
    return checked


@functools.cache
def _adapter(cls: Any) -> pydantic.TypeAdapter[Any]:
    """Build the checker of a class once: hundreds of device profiles share one."""
    _forbid_unknown(cls)
    return pydantic.TypeAdapter(cls)


def load(cls: type[T], path: Path) -> T:
    """Read a YAML file into ``cls``. Raises ConfigError, each problem starting with the file's name."""
    return decode(cls, read_yaml(path), where=f"{path}: ")


def _forbid_unknown(cls: Any, seen: set[Any] | None = None) -> None:
    """Set the strict pydantic configuration on a dataclass and every dataclass it holds."""
    seen = set() if seen is None else seen
    for item in _nested(cls):
        if item not in seen:
            seen.add(item)
            item.__pydantic_config__ = _CONFIG
            for hint in typing.get_type_hints(item).values():
                _forbid_unknown(hint, seen)


def _nested(hint: Any) -> list[Any]:
    if dataclasses.is_dataclass(hint):
        return [hint]
    return [found for argument in typing.get_args(hint) for found in _nested(argument)]


def _problem(cls: Any, detail: Any, where: str) -> str:
    path = ""
    for part in detail["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{where}{path}: unknown key{_suggestion(cls, detail['loc'])}"
    if detail["type"] in ("missing", "missing_argument"):
        return f"{where}{path}: missing"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}{path or 'document'}: {message[:1].lower()}{message[1:]}"


def _suggestion(cls: Any, loc: tuple[Any, ...]) -> str:
    owners: list[Any] = [cls]
    for part in loc[:-1]:
        owners = [found for owner in owners for found in _below(owner, part)]
    known = {f.name for owner in owners if dataclasses.is_dataclass(owner) for f in dataclasses.fields(owner)}
    close = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known here: {', '.join(sorted(known))}" if known else ""


def _below(owner: Any, part: Any) -> list[Any]:
    """Classes one step down; a list index or a mapping's key stays where it is."""
    hints = typing.get_type_hints(owner)
    return _options(hints[part]) if part in hints else [owner]


def _options(hint: Any) -> list[Any]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is not None:
        return [found for argument in typing.get_args(hint) for found in _options(argument)]
    return [hint] if hint is not None and dataclasses.is_dataclass(hint) else []
