"""``GET /api/v1/devices`` and ``/devices/{device_id}``: who there is, where, and in which state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.access import PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.fleet import Fleet, Member, SchoolState
from homeroom_collector.fleet.software import model_of
from homeroom_collector.model import Presence
from homeroom_collector.views.api.described import described
from homeroom_collector.views.api.listing import PARAMETERS, answer, asked, page

COLUMNS = (
    "device_id", "device_class", "school_id", "grade_band", "name", "serial", "manufacturer", "model", "platform", "os",
    "os_version", "kind", "state", "last_report_at", "enrolled_at",
)  # fmt: skip
_FILTERS = {
    "school": "id of a school",
    "class": "computer or network",
    "state": f"one of {', '.join(Presence)}",
    "q": "words that name, serial number or model must contain",
}
UNKNOWN = "there is no such device"


def routes(fleet: Fleet) -> list[web.RouteDef]:
    """Routes of the devices."""

    @described({**_FILTERS, **PARAMETERS}, csv=True)
    async def devices(request: web.Request) -> web.Response:
        """Devices, in the order of their ids."""
        rows = _matching(fleet, admitted(request), request.query)
        found, cursor = page(sorted(rows, key=lambda row: str(row["device_id"])), "device_id", asked(request.query))
        return answer(request, "devices", COLUMNS, found, cursor)

    async def device(request: web.Request) -> web.Response:
        """One device with everything it measured last."""
        member = fleet.member(request.match_info["device_id"])
        state = fleet.school(member.device.school_id) if member else None
        if member is None or state is None or not admitted(request).sees(member.device.school_id):
            # The same words, and the same work, for a device of another school and for none at all.
            raise RefusedError(404, UNKNOWN)
        body = {**row_of(member), "measured": measured(state, member)}
        return web.Response(body=msgspec.json.encode(body), content_type="application/json")

    return requires(
        role(*PEOPLE, schools="own"),
        web.get("/api/v1/devices", devices),
        web.get("/api/v1/devices/{device_id}", device),
    )


def _matching(fleet: Fleet, reader: Admitted, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    words = query.get("q", "").casefold().split()
    for state in tuple(fleet.schools):
        if not reader.sees(state.school.school_id) or query.get("school", state.school.school_id) != (
            state.school.school_id
        ):
            continue
        for member in tuple(state.members.values()):
            row = row_of(member)
            text = f"{row['name']}\n{row['serial']}\n{row['model']}".casefold()
            if (
                query.get("class", row["device_class"]) == row["device_class"]
                and query.get("state", row["state"]) == row["state"]
                and all(word in text for word in words)
            ):
                yield row


def row_of(member: Member) -> dict[str, Any]:
    """A device as a row of the list; None where nobody said."""
    device, found = member.device, member.software
    return {
        "device_id": device.device_id,
        "device_class": device.device_class,
        "school_id": device.school_id,
        "grade_band": device.grade_band or None,
        "name": device.name,
        "serial": device.serial,
        "manufacturer": device.manufacturer or found.manufacturer or None,
        "model": model_of(device, found) or None,
        "platform": device.platform or found.platform or None,
        "os": found.os or None,
        "os_version": found.os_version or None,
        "kind": found.kind or None,
        "state": member.state.value,
        "last_report_at": member.measured_at,
        "enrolled_at": device.enrolled_at,
    }


def measured(state: SchoolState, member: Member) -> dict[str, list[dict[str, Any]]]:
    """What a device measured last, by table: the labels of each row and its values by the name of the metric."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in member.tables:
        rows = state.measured(member, table.name)
        if rows:
            found[table.name] = [{**_labels(table.labels, key), **values} for key, values in rows]
    return found


def _labels(names: tuple[str, ...], key: Any) -> dict[str, str]:
    values = (key,) if isinstance(key, str) else key
    return dict(zip(names, values, strict=False))
