"""Cells of the technology director's tables: what a column is called, and how its values read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeroom_collector.views.pages.words import percent

_HEADINGS = {
    "school_id": "school", "pass_ratio": "meet it", "fiscal_year": "fiscal year", "frn": "FRN", "mbps_per_student":
    "Mbit/s for each student", "devices_per_student": "devices for each student", "age_years": "age in years",
    "home_adequate_ratio": "adequate at home",
}  # fmt: skip
_SIGNS = {
    "pass": ("●", "good"), "fail": ("■", "bad"), "unknown": ("?", "mute"), "exempt": ("◇", "mute"),
}  # fmt: skip
_WORDS, _SENTENCE = 15, 40
_MONEY = frozenset({"budget", "spent", "left", "cost", "purchase_cost"})
_YEARS = frozenset({"fiscal_year", "funding_year", "due", "first_year", "last_year", "year"})
_NAMES = frozenset({"kind", "action", "assignment", "state", "register_says"})
"""Their values are names that programs use."""
_NUMBERS = frozenset(
    {
        "devices", "unpriced", "working", "students", "age_years", "schools", "worst",
        "best",
        "purchases", "score", "earlier", "later", "repairs",
    }
) | _MONEY  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``sign`` and ``style`` are of a verdict."""

    text: str
    number: bool = False
    sign: str = ""
    style: str = ""


def heading(name: str) -> str:
    """A column's name as people say it."""
    return _HEADINGS.get(name, name.removesuffix("_ratio").replace("_", " "))


def breadth(values: Iterable[object]) -> Literal["", "middling", "long"]:
    """How broad a column has to be at least: one narrow column of sentences is a tower of words."""
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return "long" if longest > _SENTENCE else "middling" if longest > _WORDS else ""


def is_number(name: str, value: Any = None) -> bool:
    """Whether a column stands to the right; a value of it decides where the name does not."""
    if isinstance(value, int) and not isinstance(value, bool) and name not in _YEARS:
        return True
    if isinstance(value, str) and len(value) > _WORDS:  # how a number came about
        return False
    return name in _NUMBERS or name.endswith(("_ratio", "_per_student", "_seconds", "_mbps"))


def cell(name: str, value: Any, schools: Mapping[str, str]) -> Cell:
    """One value."""
    number = is_number(name, value)
    if value is None or value == "":
        return Cell("", number)
    if name == "school_id" or name.endswith("_school"):
        return Cell(schools.get(value, str(value)))
    if name == "verdict":
        sign, style = _SIGNS.get(str(value), ("", ""))
        return Cell(str(value), sign=sign, style=style)
    if name in _MONEY:
        return Cell(f"${value:,}" if isinstance(value, int) else f"${float(value):,.2f}", number)
    if name.endswith("_ratio") and isinstance(value, float):
        return Cell(percent(value), number)
    if isinstance(value, float):
        return Cell(f"{value:,.2f}", number)
    if name in _NAMES:
        return Cell(str(value).replace("_", " "))
    if name == "measure":
        return Cell(heading(str(value)))
    if isinstance(value, int) and name not in _YEARS:
        return Cell(f"{value:,}", number)
    return Cell(str(value), number)
