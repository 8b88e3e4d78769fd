"""Values of metrics in the units people use, told by the name of the metric. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from homeroom_collector.views.pages.words import duration, percent

_PREFIXES = ("homeroom_device_", "homeroom_target_", "homeroom_")
_SUFFIXES = (
    "_timestamp_seconds", "_bytes_per_second", "_seconds", "_ratio", "_bytes", "_bytes_total", "_total", "_celsius",
    "_watts", "_volts", "_amperes", "_rpm", "_dbm", "_hertz",
)  # fmt: skip
_UNITS = {
    "_celsius": "°C", "_watts": "W", "_volts": "V", "_amperes": "A", "_rpm": "rpm", "_dbm": "dBm", "_hertz": "Hz",
}  # fmt: skip
_YES = ("_up", "_failing", "_passed", "_on_battery", "_replace_battery", "_ready", "_enabled", "_plugged")


def title(family: str) -> str:
    """The name of a metric as people say it."""
    name = family
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name.replace("_", " ")


def said(family: str, value: float) -> str:
    """The value of a metric as people read it."""
    if family.endswith("_timestamp_seconds"):
        return f"{datetime.fromtimestamp(value, UTC):%d %b %Y}"
    if family.endswith("_bytes_per_second"):
        return rate(value * 8)
    if family.endswith("_seconds"):
        return duration(value) if value >= 1 else f"{value * 1000:.0f} ms"
    if family.endswith("_ratio"):
        return percent(value)
    if family.endswith(("_bytes", "_bytes_total")):
        return size(value)
    for suffix, unit in _UNITS.items():
        if family.endswith(suffix):
            return f"{value:,.1f} {unit}".replace(".0 ", " ")
    if family.endswith(_YES) and value in (0.0, 1.0):
        return "yes" if value else "no"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def size(count: float) -> str:
    """Bytes, in the units of makers and shops."""
    for unit, step in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:.3g} {unit}"
    return f"{count:.0f} B"


def rate(bits: float) -> str:
    """Bits per second."""
    for unit, step in (("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if bits >= step:
            return f"{bits / step:.3g} {unit}"
    return f"{bits:.0f} bit/s"
