"""macOS: ``system_profiler`` without ``-json``: indented ``Key: value`` lines under titles. Technicians mail it."""

from collections.abc import Sequence

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture

_MOST_LINES = 20_000


def section(raw: bytes, title: str) -> list[str]:
    """Lines of the report of one data type; empty where the text has no such report. Raises CaptureError."""
    lines = capture.text(raw).splitlines()[:_MOST_LINES]
    titles = [(number, line[:-1]) for number, line in enumerate(lines) if line.endswith(":") and line[:1].strip()]
    if not titles:
        raise CaptureError("not system_profiler's text: it has no titles")
    ends = [number for number, _ in titles[1:]] + [len(lines)]
    found = (lines[start + 1 : end] for (start, name), end in zip(titles, ends, strict=True) if name == title)
    return next(found, [])


def find(lines: Sequence[str], key: str) -> str | None:
    """Value of the first line with that key."""
    values = (line.strip().removeprefix(f"{key}:").strip() for line in lines if line.strip().startswith(f"{key}:"))
    return next(values, None)
