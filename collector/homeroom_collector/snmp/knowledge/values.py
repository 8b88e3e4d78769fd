"""From a value on the wire to a number in the unit Homeroom shows. Pure.

Makers hide numbers in text ("41 C/105 F", "-002.8257 dBm: Normal"), send sentinels for "absent", count in tenths or in
Fahrenheit, and put negative numbers into unsigned types. Each of these has one key in a profile and one function here.
"""

from __future__ import annotations

import functools
import math
import re

from homeroom_collector.snmp.knowledge.schema import Match
from homeroom_collector.snmp.session import Value

_LEADING_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)")
_ABSOLUTE_ZERO_CELSIUS = -273.15

_UNITS: dict[str, tuple[float, str]] = {
    "percent": (0.01, "ratio"),
    "millivolts": (0.001, "volts"),
    "milliamperes": (0.001, "amperes"),
    "milliwatts": (0.001, "watts"),
    "microwatts": (0.000001, "watts"),
    "kilowatts": (1000.0, "watts"),
    "kilovolt_amperes": (1000.0, "volt_amperes"),
    "kilowatt_hours": (1000.0, "watt_hours"),
    "minutes": (60.0, "seconds"),
    "hours": (3600.0, "seconds"),
    "ticks": (0.01, "seconds"),
    "liters_per_second": (0.06, "m3/min"),
    "kibibytes": (1024.0, "bytes"),
    "mebibytes": (1024.0**2, "bytes"),
    "gibibytes": (1024.0**3, "bytes"),
}


def as_text(value: Value) -> str:
    """Decode a value as text: UTF-8, else Latin-1, without NUL bytes and surrounding white space."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return text.replace("\x00", "").strip()


def as_number(value: Value, pattern: re.Pattern[str] | None) -> float | None:
    """Read a number: as it is, from a pattern's first group, or from the beginning of a text.

    An OID or an address is no number, though it begins with one.
    """
    if pattern is None and isinstance(value, str):
        return None
    if pattern is None and isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    found = (pattern.search if pattern else _LEADING_NUMBER.match)(as_text(value))
    if not found:
        return None
    try:
        number = float(found[1] if found.re.groups else found[0])
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


@functools.lru_cache(maxsize=20_000)
def matches(value: Value, wanted: tuple[Match, ...]) -> bool:
    """Say whether a value is one of ``wanted``: numbers by size, texts as a whole without case, ``*`` for anything.

    Remembered, as a device says the same words at every poll.
    """
    text = as_text(value)
    number = as_number(value, None) if not isinstance(value, bytes) else _whole_number(text)
    return any(
        bool(_wildcard(item).fullmatch(text)) if isinstance(item, str) else number is not None and number == item
        for item in wanted
    )


def _whole_number(text: str) -> float | None:
    found = _LEADING_NUMBER.fullmatch(text)
    return float(found[1]) if found else None


@functools.cache
def _wildcard(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*"), re.IGNORECASE | re.DOTALL)


def signed(number: float, bits: int) -> float:
    """Read an unsigned number as two's complement of ``bits``."""
    return number - 2**bits if number >= 2 ** (bits - 1) else number


def convert(number: float, unit: str) -> tuple[float, str] | None:
    """Turn a number in a device's unit into Homeroom's unit. None where the number means nothing in that unit."""
    if unit == "fahrenheit":
        return (number - 32) * 5 / 9, "celsius"
    if unit == "kelvin":
        return number + _ABSOLUTE_ZERO_CELSIUS, "celsius"
    if unit == "percent_free":
        return 1 - number / 100, "ratio"
    if unit.endswith("_as_dbm"):
        milliwatts = number / 1000 if unit.startswith("micro") else number
        return (10 * math.log10(milliwatts), "dbm") if milliwatts > 0 else None
    factor, shown = _UNITS.get(unit, (1.0, unit))
    return number * factor, shown
