"""Any system: ``smartctl -a`` without ``--json``, any version since 5.40. Made into the JSON report's shape.

Grouped digits come in the language of the user: ``251,000,193,024``, ``240.057.409.536``, ``128 035 676 160``.
"""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.disk.drive import document
from homeroom_agent.parsers.disk.smartctl import drive
from homeroom_agent.parsers.values import whole

_ROW = re.compile(
    r"\s*(?P<id>\d{1,3}) (?P<name>\S+)\s+(?P<flags>0x[0-9a-f]{4}|[-POSRCK]{6,7})\s+"
    r"(?P<value>\d{3}|---)\s+(?:\d{3}|---)\s+(?:\d{3}|---)\s+(?:(?P<type>Pre-fail|Old_age)\s+\S+\s+)?"
    r"(?P<failed>-|FAILING_NOW|NOW|In_the_past|Past)\s+(?P<raw>\S.*)"
)
_NVME = {
    "Critical Warning": "critical_warning",
    "Available Spare": "available_spare",
    "Available Spare Threshold": "available_spare_threshold",
    "Percentage Used": "percentage_used",
    "Media and Data Integrity Errors": "media_errors",
    "Power On Hours": "power_on_hours",
    "Temperature": "temperature",
}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.smartctl.txt`` capture."""
    text = capture.text(raw)
    if "smartctl" not in text[:400] and "=== START OF" not in text:
        raise CaptureError("not smartctl's output")
    return document([drive(report(text))])


def report(text: str) -> dict[str, Any]:
    """The text as smartctl's JSON would say it."""
    lines = text.splitlines()[:5000]
    pairs = (line.partition(":") for line in lines)
    fields = {key.strip(): value.strip() for key, colon, value in reversed([*pairs]) if colon}
    health = {ours: _number(fields[theirs]) for theirs, ours in _NVME.items() if theirs in fields}
    is_nvme = "Percentage Used" in fields or "NVMe Version" in fields
    return {
        "smartctl": {},
        "device": {"protocol": "NVMe" if is_nvme else "ATA"},
        "model_family": fields.get("Model Family"),
        "model_name": next((fields[k] for k in ("Device Model", "Model Number", "Product") if k in fields), None),
        "serial_number": fields.get("Serial Number") or fields.get("Serial number"),
        "user_capacity": {"bytes": _capacity(fields)},
        "rotation_rate": _rotation(fields.get("Rotation Rate", "")),
        "smart_status": {"passed": _passed(text)},
        "nvme_smart_health_information_log": health if is_nvme else None,
        "ata_smart_attributes": {"table": [row for line in lines if (row := _row(line)) is not None]},
    }


def _number(words: str) -> int | None:
    match = re.match(r"0x[0-9a-f]+|\d+(?:[.,\u00a0\u202f\u2019 ']\d{3})*", words)
    return whole(match[0] if match[0][:2] == "0x" else re.sub(r"\D", "", match[0])) if match else None


def _capacity(fields: dict[str, str]) -> int | None:
    named = (fields.get(key) for key in ("User Capacity", "Total NVM Capacity", "Namespace 1 Size/Capacity"))
    return next((_number(words) for words in named if words), None)


def _rotation(words: str) -> int | None:
    return 0 if words.startswith("Solid State") else _number(words)


def _passed(text: str) -> bool | None:
    match = re.search(r"(?:overall-health self-assessment test result|SMART Health Status): *(\w+)", text)
    return {"PASSED": True, "OK": True, "FAILED": False}.get(match[1]) if match else None


def _row(line: str) -> dict[str, Any] | None:
    match = _ROW.fullmatch(line[:300])
    if match is None:
        return None
    flags = match["flags"]
    prefailure = match["type"] == "Pre-fail" or flags.startswith("P")
    return {
        "id": int(match["id"]),
        "name": match["name"],
        "value": whole(match["value"]),
        "when_failed": "now" if match["failed"] in ("FAILING_NOW", "NOW") else "",
        "flags": {"prefailure": prefailure},
        "raw": {"string": match["raw"].strip()},
    }
