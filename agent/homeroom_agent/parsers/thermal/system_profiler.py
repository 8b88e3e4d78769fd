"""macOS: system_profiler knows no temperature; powermetrics, which does, needs root and is not run."""

from typing import Any

from homeroom_agent.parsers.system_profiler import sections
from homeroom_agent.parsers.thermal.sensors import document


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` capture: that there are none."""
    sections(raw)
    return document([], None)
