"""``GET /``: the district today; ``GET /devices``: every device, found by name, serial or asset tag."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.fleet import SchoolState
from homeroom_collector.rules.asset import Asset
from homeroom_collector.store import asset_search
from homeroom_collector.views.pages import devices, gear, overview, schools
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.query import Query, page, parse

SCHOOLS_SIZE = 25


def routes(frame: Frame) -> list[web.RouteDef]:
    """Routes of both pages."""

    async def home(request: web.Request) -> web.Response:
        """The district, or the schools that somebody may see."""
        reader, query = admitted(request), parse(request.query, "/")
        waiting = overview.waiting(frame.waiting(), reader)
        return await frame.show(
            request, "overview.html", "overview", partial(_home, frame.states(reader), query, waiting)
        )

    async def listed(request: web.Request) -> web.StreamResponse:
        """Devices; who names exactly one is led to it."""
        reader, query = admitted(request), parse(request.query)
        states = frame.states(reader)
        assets = await _assets(frame, query, states) if query.q else []
        if only := _only(states, query, assets):
            return web.Response(status=303, headers={"Location": f"/devices/{only}"})
        return await frame.show(request, "devices.html", "devices", partial(_listed, states, query, assets))

    return requires(role(*PEOPLE, schools="own"), web.get("/", home), web.get("/devices", listed))


async def _assets(frame: Frame, query: Query, states: tuple[SchoolState, ...]) -> list[Asset]:
    found = await frame.store.read(partial(asset_search.find, text=query.q, most=asset_search.MOST))
    seen = {state.school.school_id for state in states}
    return [asset for asset in found if asset.school_id in seen]


def _only(states: tuple[SchoolState, ...], query: Query, assets: list[Asset]) -> str | None:
    """The one device that was named in full: by asset tag, serial number, name or id."""
    wanted = query.q.casefold()
    if not wanted or query.school or query.state:
        return None
    serials = {
        asset.serial.casefold() for asset in assets if asset.serial and wanted == (asset.asset_tag or "").casefold()
    }
    found = [
        member.device.device_id
        for state in states
        for member in tuple(state.members.values())
        if {(name or "").casefold() for name in (member.device.serial, member.device.name, member.device.device_id)}
        & (serials | {wanted})
    ]
    return found[0] if len(found) == 1 else None


def _home(states: tuple[SchoolState, ...], query: Query, waiting: list[overview.Finding], now: float) -> dict[str, Any]:
    rows = schools.rows(states, now)
    shown = page(query.schools, len(rows), SCHOOLS_SIZE)
    return {
        "query": query,
        "tiles": overview.tiles(states, now),
        "findings": [*overview.findings(states, now), *waiting],
        "with_uptime": any(ratio is not None for row in rows for ratio in row.uptime.values()),
        "schools": rows[shown.first : shown.end],
        "school_page": shown,
        "computer_states": schools.occurring(states, "computer", schools.COMPUTER_STATES),
        "gear_states": schools.occurring(states, "network", schools.GEAR_STATES),
    }


def _listed(states: tuple[SchoolState, ...], query: Query, assets: list[Asset], now: float) -> dict[str, Any]:
    chosen = tuple(state for state in states if state.school.school_id == query.school) if query.school else states
    serials = {asset.serial.upper(): asset for asset in assets if asset.serial}
    device_rows, device_page = devices.listed(chosen, query, now, frozenset(serials))
    gear_rows, gear_page = gear.listed(chosen, query, now)
    return {
        "query": query,
        "choices": sorted((state.school.name, state.school.school_id) for state in states),
        "devices": device_rows,
        "device_page": device_page,
        "gear": gear_rows,
        "gear_page": gear_page,
        "silent_assets": _silent(chosen, assets),
    }


def _silent(states: tuple[SchoolState, ...], assets: list[Asset]) -> list[Asset]:
    """Assets that were found in the register and never reported."""
    schools_seen = {state.school.school_id for state in states}
    heard = {(member.device.serial or "").upper() for state in states for member in tuple(state.members.values())}
    return [a for a in assets if a.school_id in schools_seen and (a.serial or "").upper() not in heard]
