"""The templates: one strict environment, in which every text is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from homeroom_collector.access.need import Admitted
from homeroom_collector.access.roles import OPERATORS, Role
from homeroom_collector.model import Presence
from homeroom_collector.views.pages import schools, words

SECTIONS: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/", "Overview", frozenset()),
    ("/problems", "Problems", frozenset()),
    ("/devices", "Devices", frozenset()),
    ("/network", "Network map", frozenset()),
    ("/standards", "Standards", frozenset()),
    ("/refresh", "Refresh plan", frozenset()),
    ("/erate", "E-rate", frozenset()),
    ("/equity", "Equity", frozenset()),
    ("/register", "Register", frozenset()),
    ("/set-up", "Set-up", OPERATORS),
)
"""Sections of the site: path, name, and the roles that have it (empty: everyone)."""
NOBODY = Admitted(None, frozenset())


def render(template: str, /, **values: Any) -> str:
    """The text of a page. ``reader`` is who it is for; without it, nobody who is known."""
    return _environment().get_template(template).render({"reader": NOBODY} | values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("homeroom_collector.views.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "LOOKS": words.LOOKS,
        "STATES": list(Presence),
        "BAR_WIDTH": schools.BAR_WIDTH,
        "SECTIONS": SECTIONS,
    }
    environment.filters |= {"percent": words.percent, "number": words.number}
    return environment
