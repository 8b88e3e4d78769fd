"""Text that never prints, and where it comes from: a file or the environment, never the settings themselves."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from homeroom_collector.errors import ConfigError

T = TypeVar("T")
_SHORTEST = 4
"""Shorter parts would hide ordinary words and protect nothing."""


class Secret:
    """A password or community: str, repr and format give ``<secret>``; :meth:`reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text, for the one place that must send it."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def misplaced(key: str, *, environment: bool = True) -> str:
    """What to say of a secret that stands in a configuration file under ``key``, which people copy, mail and commit."""
    other = f", or into the environment and name the variable in {key}_env" if environment else ""
    return f"a secret does not belong in this file; put it into a file of its own and name that in {key}_file{other}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """One of the two. A file's last line break does not count."""

    file: Path | None = None
    env: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.env is None):
            raise ValueError("give either file or env")

    def read(self, where: str, environment: Mapping[str, str]) -> Secret:
        """The secret. Raises ConfigError, saying where it was looked for."""
        if self.env is not None:
            if not environment.get(self.env):
                raise ConfigError([f"{where}: the environment has no {self.env}"])
            return Secret(environment[self.env])
        assert self.file is not None
        try:
            text = self.file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise ConfigError([f"{where}: {self.file} cannot be read: {why}"]) from None
        if not text:
            raise ConfigError([f"{where}: {self.file} is empty"])
        return Secret(text)


def located(section: T, folder: Path) -> T:
    """A dataclass of settings, or None, whose own secret files start at ``folder`` where their paths are relative."""
    if section is None:
        return section
    kept: Any = section
    found = {
        name: dataclasses.replace(source, file=folder / source.file)
        for name, source in _sources(section)
        if source.file is not None
    }
    moved: T = dataclasses.replace(kept, **found)
    return moved


def unreadable(section: Any, where: str, environment: Mapping[str, str]) -> list[str]:
    """What is wrong with the own secrets of a dataclass of settings, or None, whose dotted path is ``where``."""
    problems: list[str] = []
    for name, source in _sources(section) if section is not None else ():
        try:
            source.read(f"{where}.{name}", environment)
        except ConfigError as error:
            problems += error.problems
    return problems


def _sources(section: Any) -> Iterator[tuple[str, SecretSource]]:
    for each in dataclasses.fields(section):
        value = getattr(section, each.name)
        if isinstance(value, SecretSource):
            yield each.name, value


def redacted(text: str, *sent: str) -> str:
    """What somebody answered, without what we sent to prove ourselves: careless servers repeat it in their errors.

    ``sent`` are secrets, or values of ``Authorization`` and its like, whose parts are secrets too.
    """
    parts = {part for value in sent for part in _parts(value) if len(part) >= _SHORTEST}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "<secret>")
    return text


def _parts(value: str) -> Iterator[str]:
    yield value
    scheme, _, rest = value.partition(" ")
    yield rest
    if scheme.lower() == "basic":
        with contextlib.suppress(ValueError):
            yield base64.b64decode(rest, validate=True).decode().partition(":")[2]
