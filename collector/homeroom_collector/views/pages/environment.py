"""The templates: one strict environment, in which every text is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2

from homeroom_collector.access.need import Admitted
from homeroom_collector.access.roles import OPERATORS, Role
from homeroom_collector.model import Presence
from homeroom_collector.views.pages import schools, words


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the navigation. ``roles`` empty: everyone has it; ``whole``: they must be held for the district."""

    path: str
    word: str
    roles: frozenset[Role] = frozenset()
    whole: bool = False

    def is_for(self, reader: Admitted) -> bool:
        """Whether the page behind it would let a reader in."""
        if not self.roles:
            return True
        schools = reader.caller.schools_for(self.roles) if reader.caller else frozenset()
        return schools is None or (bool(schools) and not self.whole)


SECTIONS = (
    Section("/", "Overview"),
    Section("/problems", "Problems"),
    Section("/devices", "Devices"),
    Section("/network", "Network map"),
    Section("/standards", "Standards"),
    Section("/refresh", "Refresh plan"),
    Section("/erate", "E-rate"),
    Section("/equity", "Equity"),
    Section("/register", "Register"),
    Section("/quarantine", "Quarantine", OPERATORS),
    Section("/set-up", "Set-up", OPERATORS, whole=True),
)
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
