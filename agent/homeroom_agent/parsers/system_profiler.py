"""macOS ``system_profiler``: ``-json`` keys its reports by data type, ``-xml`` lists them with ``_dataType``.

Numbers and yes/no come as text ("83%", "TRUE", "yes"), sizes also as "128 GB" in the language of the user.
"""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture, plist
from homeroom_agent.parsers.values import number

Section = list[dict[str, Any]]
_MOST = 512
_UNITS = {"KB": 1, "MB": 2, "GB": 3, "TB": 4}


def sections(raw: bytes) -> dict[str, Section]:
    """Items of each data type of a ``.json`` or ``.plist`` report. Raises CaptureError where it is neither."""
    return _from_plist(raw) if raw.lstrip()[:5] in (b"<?xml", b"<!DOC", b"<plis") else _from_json(raw)


def _from_json(raw: bytes) -> dict[str, Section]:
    document = capture.json_object(raw)
    found = {key: _items(value) for key, value in document.items() if key.startswith("SP") and isinstance(value, list)}
    if document and not found:
        raise CaptureError("not a system_profiler report: it has no SP… data type")
    return found


def _from_plist(raw: bytes) -> dict[str, Section]:
    found = {
        row["_dataType"]: _items(row.get("_items"))
        for row in plist.rows(raw)
        if isinstance(row.get("_dataType"), str) and row["_dataType"].startswith("SP")
    }
    if not found:
        raise CaptureError("not a system_profiler report: it has no _dataType")
    return found


def _items(value: object) -> Section:
    return [item for item in value[:_MOST] if isinstance(item, dict)] if isinstance(value, list) else []


def nested(items: Section) -> Section:
    """Items with those of their ``_items`` groups after them, one level down as controllers hold their drives."""
    return [found for item in items for found in (item, *_items(item.get("_items")))]


def percent(value: object) -> float | None:
    """A percentage as a ratio, from 83, "83", "83%", "83 %" or (right-to-left and Turkish locales) "%83"."""
    plain = (
        re.sub(r"[%\s\u00a0\u202f\u066a\u200e\u200f]", "", value).replace(",", ".") if isinstance(value, str) else value
    )
    amount = number(plain, 0, 1000)
    return None if amount is None else amount / 100


def size_bytes(value: object) -> int | None:
    """A memory size such as "16 GB" in bytes; memory is counted in powers of two."""
    match = (
        re.fullmatch(r"(\d{1,7}(?:[.,]\d{1,3})?)\s*(KB|MB|GB|TB)", value.strip()) if isinstance(value, str) else None
    )
    if match is None:
        return None
    return int(float(match[1].replace(",", ".")) * 1024 ** _UNITS[match[2]])
