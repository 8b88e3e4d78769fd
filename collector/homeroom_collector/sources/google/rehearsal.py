"""Reading the register without writing anything: which units there are, and which school each would go to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from homeroom_collector.errors import SourceError
from homeroom_collector.rules.org_units import OrgUnitRule, place
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.sources.google.sync import Calls
from homeroom_collector.sources.google.values import words


class _Device(msgspec.Struct, rename="camel"):
    org_unit_path: Any = None


class _Page(msgspec.Struct, rename="camel"):
    chromeosdevices: list[_Device] | None = None
    next_page_token: str | None = None


_decoder = msgspec.json.Decoder(_Page)
_FIELDS = "nextPageToken,chromeosdevices(orgUnitPath)"
COLUMNS = ("org_unit", "devices", "school_id", "grade_band", "rule", "note")


async def units(calls: Calls, settings: GoogleSettings) -> Counter[str]:
    """How many devices each unit has. Raises SourceError."""
    base = settings.directory_url.rstrip("/")
    url = f"{base}/admin/directory/v1/customer/{settings.customer}/devices/chromeos"
    query = {"projection": "BASIC", "maxResults": str(settings.directory_page), "fields": _FIELDS}
    found: Counter[str] = Counter()
    token: str | None = None
    while True:
        body = await calls.get(url, query | ({"pageToken": token} if token else {}))
        try:
            page = _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceError(f"Google answered something that is not a page: {error}") from None
        found.update(words(device.org_unit_path, 1000) or "/" for device in page.chromeosdevices or ())
        token = page.next_page_token
        if not token:
            return found


def rehearsed(found: Mapping[str, int], rules: Sequence[OrgUnitRule], schools: Collection[str]) -> list[dict[str, Any]]:
    """One row a unit, those that need a look first. ``note`` is None where all is well."""
    rows = [_row(unit, count, rules, schools) for unit, count in found.items()]
    return sorted(rows, key=lambda row: (row["note"] in (None, "ignored"), row["org_unit"]))


def _row(unit: str, count: int, rules: Sequence[OrgUnitRule], schools: Collection[str]) -> dict[str, Any]:
    where = place(unit, rules)
    note = None
    if where.rule is None:
        note = "no rule fits"
    elif where.ignored:
        note = "ignored"
    elif where.school_id and where.school_id not in schools:
        note = "no such school in the register"
    rule = None if where.rule is None else where.rule + 1
    return {
        "org_unit": unit,
        "devices": count,
        "school_id": where.school_id or None,
        "grade_band": where.grade_band or None,
        "rule": rule,
        "note": note,
    }
