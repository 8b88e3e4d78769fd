"""Windows: ``wmic diskdrive get DeviceID,Status``: columns at fixed places, "Pred Fail" with a blank in it."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import clean

_STATUS = {"ok": (True, False), "pred fail": (False, True)}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-table.txt`` capture: SMART's verdict as Windows passes it on."""
    lines = [line for line in capture.text(raw).splitlines() if line.strip()]
    columns = [(match[0], match.start()) for match in re.finditer(r"\S+", lines[0])] if lines else []
    starts = {name.lower(): (start, after) for (name, start), after in zip(columns, [*_ends(columns)], strict=True)}
    if not {"deviceid", "status"} <= starts.keys():
        raise CaptureError("not a wmic table: it has no columns DeviceID and Status")
    rows = [{name: clean(line[slice(*place)]) for name, place in starts.items()} for line in lines[1:257]]
    return {"disks": [_row(row["deviceid"], row["status"]) for row in rows]}


def _ends(columns: list[tuple[str, int]]) -> list[int | None]:
    return [*(start for _, start in columns[1:]), None] if columns else []


def _row(device: str | None, status: str | None) -> dict[str, Any]:
    passed, flagged = _STATUS.get((status or "").lower(), (None, None))
    return {"device": device, "smart_passed": passed, "must_flag": flagged}
