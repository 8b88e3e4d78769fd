"""macOS: ``system_profiler SPSoftwareDataType``. The computer's and the user's name in it are not read."""

import re
from typing import Any

from homeroom_agent.parsers.os.release import Release, document
from homeroom_agent.parsers.system_profiler import sections, size_bytes
from homeroom_agent.parsers.system_profiler_text import find, section
from homeroom_agent.parsers.values import clean


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` capture."""
    software = next(iter(sections(raw).get("SPSoftwareDataType", [])), {})
    return document(release(clean(software.get("os_version"), 80)))


def parse_text(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.txt`` capture, and the hardware's where the report holds it."""
    found = release(clean(find(section(raw, "Software"), "System Version"), 80))
    hardware = section(raw, "Hardware")
    return document(
        found,
        ram_bytes=size_bytes(find(hardware, "Memory")),
        model=clean(find(hardware, "Model Identifier"), 80),
        chip=clean(find(hardware, "Chip") or find(hardware, "Processor Name"), 80),
    )


def release(words: str | None) -> Release:
    """Out of "macOS 14.5 (23F79)" or "OS X 10.11.6 (15G22010)"."""
    match = re.match(r"(macOS|Mac OS X|OS X)\s+([0-9.]+)(?:\s+\(([0-9A-Za-z]+)\))?", words or "")
    if match is None:
        return Release(id="macos", pretty=words) if words else Release()
    return Release(id="macos", name=match[1], version=match[2], build=match[3], pretty=words)
