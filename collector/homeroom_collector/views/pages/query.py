"""What a visitor asked for, from the address line, and the addresses of neighbouring pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from homeroom_collector.model import Presence

_LONGEST = 100
_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The state of the page. Everything that cannot be understood counts as not said."""

    path: str = "/devices"
    q: str = ""
    school: str = ""
    state: str = ""
    schools: int = 1
    devices: int = 1
    gear: int = 1

    def link(self, anchor: str, **changes: object) -> str:
        """The address of this page with some things changed. Whatever is as usual is left out."""
        usual, wanted = asdict(Query()), asdict(replace(self, **changes))  # type: ignore[arg-type]  # from a template
        said = {name: value for name, value in wanted.items() if name != "path" and value != usual[name]}
        path = str(wanted["path"])
        return (f"{path}?{urlencode(said)}" if said else path) + (f"#{anchor}" if anchor else "")


def parse(values: Mapping[str, str], path: str = "/devices") -> Query:
    """Read the address line."""
    state = values.get("state", "")
    return Query(
        path=path,
        q=values.get("q", "").strip()[:_LONGEST],
        school=values.get("school", "")[:_LONGEST],
        state=state if state in set(Presence) else "",
        schools=page_number(values.get("schools", "")),
        devices=page_number(values.get("devices", "")),
        gear=page_number(values.get("gear", "")),
    )


def page_number(text: str) -> int:
    """Which page of a list was asked for; the first where that cannot be understood."""
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() else 1


@dataclass(frozen=True, slots=True)
class Page:
    """A window on a list: ``number`` of ``last``, showing ``first`` to ``end`` (counted from 0, end not included)."""

    number: int
    last: int
    first: int
    end: int
    total: int


def page(wanted: int, total: int, size: int) -> Page:
    """The page asked for, or the last one there is."""
    last = max(1, -(-total // size))
    number = min(wanted, last)
    first = (number - 1) * size
    return Page(number, last, first, min(first + size, total), total)
