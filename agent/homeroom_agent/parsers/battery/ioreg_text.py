"""macOS: ``ioreg -r -c AppleSmartBattery -w0`` without ``-a``, as a technician would paste it into a mail."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.battery import ioreg

_LINE = re.compile(r'\s*[|\s]*"([A-Za-z0-9 ]+)" = (.*)')
_PAIR = re.compile(r'"([A-Za-z0-9 ]+)"=("[^"]*"|-?\d+|Yes|No)')
_INTEGER = re.compile(r"-?\d{1,20}")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.ioreg.txt`` capture; no output at all means no battery."""
    text = capture.text(raw)
    if not text.strip():
        return ioreg.facts([])
    if "AppleSmartBattery" not in text:
        raise CaptureError("not ioreg's AppleSmartBattery")
    matches = (_LINE.fullmatch(line) for line in text.splitlines()[:2000])
    return ioreg.facts([{match[1]: _value(match[2].strip()) for match in matches if match}])


def _value(word: str) -> object:
    if word.startswith("{"):
        return {key: _value(value) for key, value in _PAIR.findall(word[:20_000])}
    if word in ("Yes", "No"):
        return word == "Yes"
    return int(word) if _INTEGER.fullmatch(word) else word.strip('"')
