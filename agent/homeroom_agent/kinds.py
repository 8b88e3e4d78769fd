"""Kinds of settings: what a value may be, in words that say what to type instead. Each raises SettingError."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from homeroom_agent.errors import SettingError
from homeroom_agent.strict import Kind

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SIZES = {"": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d+)\s*(kB|MB|GB)?")


class Secret:
    """Text that never shows itself. ``reveal()`` gives it where it is used."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "<secret>" if self._text else "<none>"


_SERIAL_CHARACTERS = 80


def text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise SettingError(f"expected text, got {value!r}")
    return value.strip()


def secret(value: Any) -> Secret:
    """Text that is never printed, not even when it is wrong."""
    if not isinstance(value, str):
        raise SettingError("expected text")
    return Secret(value.strip())


def switch(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise SettingError(f"expected true or false, got {value!r}")
    return value


def file(value: Any) -> Path | None:
    """A path; empty means none."""
    return Path(text(value)).expanduser() if text(value) else None


def names(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingError(f"expected a list of texts, got {value!r}")
    return tuple(value)


def choice(*options: str) -> Kind:
    """One of the given words."""

    def one(value: Any) -> str:
        if value not in options:
            raise SettingError(f"{value!r} is not one of: {', '.join(options)}")
        return str(value)

    return one


def ratio(value: Any) -> float:
    """A share between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise SettingError(f"expected a number from 0 to 1, got {value!r}")
    return float(value)


def seconds(minimum: float, maximum: float) -> Kind:
    """A duration in seconds, or text with a unit, within bounds."""

    def duration(value: Any) -> float:
        found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if found:
            value = float(found[1]) * _UNITS[found[2]]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingError(f"{value!r} is not a duration; write seconds, or for example '90s', '5m', '12h', '30d'")
        if not minimum <= value <= maximum:
            raise SettingError(f"{value:g} seconds is outside {minimum:g} to {maximum:g}")
        return float(value)

    return duration


def size_bytes(minimum: int, maximum: int) -> Kind:
    """A size in bytes, or text with a decimal unit, within bounds."""

    def size(value: Any) -> int:
        found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if found:
            value = int(found[1]) * _SIZES[found[2] or ""]
        if isinstance(value, bool) or not isinstance(value, int):
            raise SettingError(f"{value!r} is not a size; write bytes, or for example '20MB'")
        if not minimum <= value <= maximum:
            raise SettingError(f"{value} bytes is outside {minimum} to {maximum}")
        return value

    return size


def serial(value: Any) -> str:
    """A serial number, as long as a report may carry."""
    number = text(value)
    if len(number) > _SERIAL_CHARACTERS:
        raise SettingError(f"a serial number of more than {_SERIAL_CHARACTERS} characters")
    return number


def url(value: Any) -> str:
    """``https://host[:port][/path]``, or ``http`` (whether that is safe is judged with the other settings)."""
    address = text(value).rstrip("/")
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username is not None:
        raise SettingError(f"{address!r} is not an address such as https://homeroom.example.org")
    return address
