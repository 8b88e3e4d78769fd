"""macOS: ``system_profiler SPDisplaysDataType``. It gives pixels, not inches."""

import re
from typing import Any

from homeroom_agent.parsers.display.edid import Screen, document
from homeroom_agent.parsers.system_profiler import Section, sections
from homeroom_agent.parsers.values import clean


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` or ``.plist`` capture."""
    return document(screen(sections(raw)))


def screen(report: dict[str, Section]) -> Screen | None:
    """The built-in screen; None where the report has none."""
    for card in report.get("SPDisplaysDataType", []):
        displays = card.get("spdisplays_ndrvs")
        for display in displays[:16] if isinstance(displays, list) else []:
            if isinstance(display, dict) and "internal" in (clean(display.get("spdisplays_connection_type"), 60) or ""):
                return _screen(display)
    return None


def _screen(display: dict[str, Any]) -> Screen:
    words = clean(display.get("_spdisplays_pixels") or display.get("spdisplays_pixelresolution"), 60) or ""
    match = re.search(r"(\d{3,5}) ?x ?(\d{3,5})", words)
    return Screen(width_pixels=int(match[1]), height_pixels=int(match[2])) if match else Screen()
