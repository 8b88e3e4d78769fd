"""``GET /privacy``: for parents and pupils, without signing in: what is collected, and what never is."""

from __future__ import annotations

import dataclasses
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from aiohttp import web

from homeroom_agent.report import NetworkGear, Report
from homeroom_agent.report.codec import shapes
from homeroom_collector.access import VISITOR, requires
from homeroom_collector.views.pages.frame import Frame

_NEVER = (
    "names of pupils or teachers, e-mail addresses, accounts",
    "documents, pictures, messages, the screen, what is typed",
    "programs in use, web addresses, what was looked up",
    "camera, microphone, position, names of Wi-Fi networks, scans of what is near",
    "addresses of homes or of their connections",
)


def routes(frame: Frame) -> list[web.RouteDef]:
    """Route of the page."""

    async def privacy(request: web.Request) -> web.Response:
        """What is collected."""
        return await frame.show(request, "privacy.html", "privacy", _privacy)

    return requires(VISITOR, web.get("/privacy", privacy))


def _privacy(now: float) -> dict[str, Any]:
    del now
    return {"sections": sections(), "never": _NEVER}


@cache
def sections() -> list[dict[str, Any]]:
    """Every section of a computer's report: its fields, why each is collected, and whom it could concern."""
    text = resources.files("homeroom_agent.report").joinpath("privacy.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    return [_section(cls, entries) for cls in _classes(Report, []) if cls is not NetworkGear]


def _classes(cls: type, found: list[type]) -> list[type]:
    found.append(cls)
    for shape in shapes(cls).values():
        for inner in (shape.kind, shape.item):
            if inner is not None and dataclasses.is_dataclass(inner) and inner not in (*found, NetworkGear):
                _classes(inner, found)
    return found


def _section(cls: type, entries: dict[str, Any]) -> dict[str, Any]:
    concern = {field: name for name, group in entries["fields"][cls.__name__].items() for field in group}
    return {
        "name": cls.__name__,
        "summary": (cls.__doc__ or "").split("\n", maxsplit=1)[0],
        "fields": [
            {
                "name": name.replace("_", " "),
                "why": shape.bounds.why,
                "concern": entries["concerns"][concern[name]]["short"],
            }
            for name, shape in shapes(cls).items()
        ],
    }
