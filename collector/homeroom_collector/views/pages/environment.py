"""The templates: one strict environment, in which every text is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from homeroom_collector.access.need import Admitted
from homeroom_collector.model import Presence
from homeroom_collector.views.pages import schools, words

NOBODY = Admitted(None, frozenset())


def render(name: str, **values: Any) -> str:
    """The text of a page. ``reader`` is who it is for; without it, nobody who is known."""
    return _environment().get_template(name).render({"reader": NOBODY} | values)


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
    }
    environment.filters |= {"percent": words.percent, "number": words.number}
    return environment
