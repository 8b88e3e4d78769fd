"""macOS: ``pmset -g batt``: the cheap look at charge and mains, without capacities."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.battery.pack import Pack, charge, document

_BATTERY = re.compile(r"\s*-(InternalBattery-\d+)\b[^%\n]{0,60}?\s(\d{1,3})%;\s*([^;\n]+)")
# In this order: "discharging" and "not charging" hold the word "charging".
_STATES = (
    ("not charging", "not_charging"),
    ("discharging", "discharging"),
    ("finishing charge", "charging"),
    ("charging", "charging"),
    ("charged", "full"),
    ("ac attached", "not_charging"),
)


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.pmset.txt`` capture."""
    text = capture.text(raw)
    source = re.search(r"Now drawing from '([^']+)'", text)
    if source is None:
        raise CaptureError("not pmset's output: it does not say what is drawn from")
    packs = [
        Pack(name=match[1], charge_ratio=charge(None, None, int(match[2]) / 100), state=_state(match[3]))
        for line in text.splitlines()
        if (match := _BATTERY.match(line)) and "present: false" not in line
    ]
    return document(packs, ac_online=source[1] == "AC Power")


def _state(words: str) -> str:
    return next((state for word, state in _STATES if word in words.lower()), "unknown")
