"""Strict settings: plain values into frozen dataclasses, every finding at once, with its dotted path and a suggestion.

A settings class is a frozen dataclass whose fields are declared with :func:`setting` (a value) or :func:`section` (a
nested class). A kind is a function that turns a raw TOML value into the setting or raises SettingError saying what was
expected. Environment variables carry text, which is read as TOML where the kind wants something else.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from homeroom_agent.errors import ConfigError, SettingError

T = TypeVar("T")
Kind = Callable[[Any], Any]


def setting(kind: Kind, *, default: Any) -> Any:
    """Declare one value."""
    return dataclasses.field(default=default, metadata={"kind": kind})


def section(cls: type) -> Any:
    """Declare a nested table."""
    return dataclasses.field(default_factory=cls, metadata={"section": cls})


def decode(cls: type[T], document: Mapping[str, Any], environment: Mapping[str, str], prefix: str) -> T:
    """Build ``cls`` from a TOML document; variables named ``PREFIX_SECTION_KEY`` win over it.

    Raises ConfigError with all problems.
    """
    problems: list[str] = []
    keys = dict(_leaves(cls))
    merged = _with_environment(keys, document, environment, prefix, problems)
    built = _build(cls, merged, "", problems)
    if problems:
        raise ConfigError(problems)
    return built


def _leaves(cls: Any, path: str = "") -> Iterator[tuple[str, Kind]]:
    for field in dataclasses.fields(cls):
        name = f"{path}{field.name}"
        if "section" in field.metadata:
            yield from _leaves(field.metadata["section"], f"{name}.")
        else:
            yield name, field.metadata["kind"]


def _with_environment(
    keys: Mapping[str, Kind],
    document: Mapping[str, Any],
    environment: Mapping[str, str],
    prefix: str,
    problems: list[str],
) -> dict[str, Any]:
    merged = {name: dict(value) if isinstance(value, Mapping) else value for name, value in document.items()}
    variables = {f"{prefix}{key.replace('.', '_').upper()}": key for key in keys}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(prefix):
            continue
        if variable not in variables:
            problems.append(f"{variable}: unknown variable{suggestion(variable, variables)}")
            continue
        *parents, last = variables[variable].split(".")
        target = merged
        for parent in parents:
            inner = target.setdefault(parent, {})
            if not isinstance(inner, dict):
                break  # the table itself is wrong; that is found below
            target = inner
        else:
            target[last] = _from_text(keys[variables[variable]], text)
    return merged


def _from_text(kind: Kind, text: str) -> Any:
    """The text itself where the kind takes text, else what it means as a TOML value."""
    try:
        kind(text)
    except SettingError:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            pass  # the kind says below what it expected
    return text


def _build(cls: type[T], document: Mapping[str, Any], path: str, problems: list[str]) -> T:
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type] # always a dataclass
    values: dict[str, Any] = {}
    for name, value in document.items():
        where = f"{path}{name}"
        if name not in fields:
            problems.append(f"{where}: unknown key{suggestion(name, fields)}")
        elif "section" in (metadata := fields[name].metadata):
            if isinstance(value, Mapping):
                values[name] = _build(metadata["section"], value, f"{where}.", problems)
            else:
                problems.append(f"{where}: expected a table [{where}]")
        else:
            try:
                values[name] = metadata["kind"](value)
            except SettingError as error:
                problems.append(f"{where}: {error}")
    return cls(**values)


def suggestion(name: str, known: Mapping[str, Any]) -> str:
    """The nearest known name as the end of a sentence."""
    import difflib  # only here: a sound configuration must not pay for it

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known here: {', '.join(sorted(known))}"
