"""``GET /devices/{device_id}``: how one device is, how it was, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.fleet import Member, SchoolState
from homeroom_collector.history.reader import HistoryReader
from homeroom_collector.rules.asset import Asset
from homeroom_collector.store import Connection, asset_search, device_events, problem_list
from homeroom_collector.store.problem_list import Wanted
from homeroom_collector.views.pages import figures, months, past
from homeroom_collector.views.pages.devices import name_of
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.gear import highlights
from homeroom_collector.views.pages.judged import Judged, judged
from homeroom_collector.views.pages.problems import device_of
from homeroom_collector.views.pages.words import LOOKS, moment

_SAMPLES_SECONDS = 48 * 3600.0
_YEARS_SECONDS = 5 * 366 * 86_400.0
_REGISTER_TABLES = frozenset({"presence", "last_report", "device_info", "target_info", "target_up", "target_parent"})
_PORTS = "interface"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a device measured: of which part, what, and how much."""

    part: str
    title: str
    said: str


def routes(frame: Frame) -> list[web.RouteDef]:
    """Route of a device's page."""
    history = HistoryReader(frame.store)

    async def device(request: web.Request) -> web.Response:
        """One device."""
        reader, now = admitted(request), frame.clock()
        state, member = frame.member(reader, request.match_info["device_id"])
        device_id, zone = member.device.device_id, state.calendar.rules.zone
        samples = await history.samples(device_id, now - _SAMPLES_SECONDS, now + 1)
        days = await history.days(device_id, past.day_number(now - _YEARS_SECONDS, zone))
        known = await frame.store.read(partial(_known, member=member))
        charts = past.Past(samples, days, (now - _SAMPLES_SECONDS, now), zone)
        about = Wanted(schools=frozenset({state.school.school_id}))
        rows = await frame.store.read(partial(problem_list.listed, wanted=about))
        found = [row for row in rows if device_of(frame.fleet, row["subject"]) == device_id]
        verdict = judged(frame.board(), device_id, known[0])
        return await frame.show(
            request, "device.html", "devices", partial(_device, state, member, charts, known, verdict, found)
        )

    return requires(role(*PEOPLE, schools="own"), web.get("/devices/{device_id}", device))


_Known = tuple[Asset | None, list[dict[str, Any]]]


def _known(connection: Connection, member: Member) -> _Known:
    serial = member.device.serial
    asset = asset_search.by_serial(connection, serial) if serial else None
    return asset, device_events.listed(connection, device_id=member.device.device_id, most=20)


def _device(
    state: SchoolState,
    member: Member,
    charts: past.Past,
    known: _Known,
    verdict: Judged | None,
    found: list[dict[str, Any]],
    now: float,
) -> dict[str, Any]:
    zone = state.calendar.rules.zone
    asset, events = known
    return {
        "name": name_of(member),
        "device": member.device,
        "software": member.software,
        "gear": member.device.device_class == "network",
        "school": state.school,
        "asset": asset,
        "look": LOOKS[member.state],
        "last": moment(member.measured_at, now, zone),
        "two_days": charts.two_days(),
        "years": charts.years(),
        "months": months.charts(charts.days),
        "highlights": list(highlights(state, member)) if member.device.device_class == "network" else [],
        "ports": list(_ports(state, member)),
        "facts": list(facts(state, member)),
        "events": [event | {"moment": moment(event["happened_at"], now, zone)} for event in events],
        "verdict": verdict,
        "problems": found,
        "parent": member.parent,
    }


def facts(state: SchoolState, member: Member) -> list[Fact]:
    """Everything measured last, but ports, which have a table of their own."""
    found = []
    for table in member.tables:
        if table.name in _REGISTER_TABLES or table.name == _PORTS:
            continue
        for key, row in state.measured(member, table.name):
            part = key if isinstance(key, str) else ", ".join(key)
            found += [Fact(part, figures.title(name), figures.said(name, value)) for name, value in row.items()]
    return found


def _ports(state: SchoolState, member: Member) -> list[dict[str, Any]]:
    if member.device.device_class != "network":
        return []
    found = []
    for key, row in state.measured(member, _PORTS):
        speed = row.get("homeroom_interface_speed_bytes")
        found.append(
            {
                "name": key if isinstance(key, str) else " ".join(key),
                "up": bool(row.get("homeroom_interface_up")),
                "speed": figures.rate(speed * 8) if speed else "",
                "in": _bytes(row, "receive"),
                "out": _bytes(row, "transmit"),
                "errors": _count(row, "receive_errors", "transmit_errors"),
            }
        )
    return found


def _bytes(row: dict[str, float], way: str) -> str:
    value = row.get(f"homeroom_interface_{way}_bytes_total")
    return "" if value is None else figures.size(value)


def _count(row: dict[str, float], *names: str) -> str:
    values = [row[name] for each in names if (name := f"homeroom_interface_{each}_total") in row]
    return f"{sum(values):,.0f}" if values else ""
