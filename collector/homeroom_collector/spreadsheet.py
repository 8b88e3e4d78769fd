"""Cells of CSV that people open in a spreadsheet. Pure.

A text that begins with one of a few signs is a formula there, and may fetch addresses or start programs on the machine
of whoever opens it; what devices and inventories say of themselves must not come so far. The remedy is OWASP's ("CSV
Injection"): an apostrophe in front makes it text.
"""

from __future__ import annotations

from typing import Any

# The last four are the full-width forms, which spreadsheets of East Asian systems take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: Any) -> Any:
    """A value as a cell: None is empty, a text that is no number and would be a formula becomes text."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = value.replace("\r\n", "\n").replace(
        "\r", "\n"
    )  # Python's csv writes a bare CR unquoted: it would end the row
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip() == text
