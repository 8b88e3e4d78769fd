"""``/problems``: what is wrong now, one problem with its evidence and its story, and acknowledging it."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, RESPONDERS, Admitted, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.fleet import Fleet
from homeroom_collector.store import problem_list, problem_people
from homeroom_collector.store.problem_list import Wanted
from homeroom_collector.views.pages.devices import name_of
from homeroom_collector.views.pages.frame import GONE, Frame
from homeroom_collector.views.pages.query import page, page_number
from homeroom_collector.views.pages.words import moment

SIZE = 25
_MOST_MEMBERS = 200
_SEVERITIES = {"critical": ("critical", "■", "bad"), "warning": ("warning", "▲", "warn"), "info": ("info", "○", "mute")}


def routes(frame: Frame) -> list[web.RouteDef]:
    """Routes of the problems."""

    async def problems(request: web.Request) -> web.Response:
        """What is wrong now."""
        reader = admitted(request)
        wanted = Wanted(schools=_asked(reader, request.query.get("school", "")))
        rows = await frame.store.read(partial(problem_list.listed, wanted=wanted))
        shown = page_number(request.query.get("page", ""))
        return await frame.show(request, "problems.html", "problems", partial(_problems, frame, rows, shown))

    async def problem(request: web.Request) -> web.Response:
        """One problem."""
        found = await _found(frame, admitted(request), request.match_info["problem_id"])
        return await frame.show(request, "problem.html", "problems", partial(_problem, frame, found))

    async def acknowledge(request: web.Request) -> web.Response:
        """Say that somebody has seen it; the first one counts."""
        reader = admitted(request)
        found = await _found(frame, reader, request.match_info["problem_id"])
        number, author = found["problem_id"], reader.caller.name if reader.caller else ""
        text = str((await request.post()).get("note", ""))
        act = partial(problem_people.acknowledge, problem_id=number, now=frame.clock(), author=author, text=text)
        await frame.store.write(act)
        return web.Response(status=303, headers={"Location": f"/problems/{number}"})

    return [
        *requires(
            role(*PEOPLE, schools="own"),
            web.get("/problems", problems),
            web.get("/problems/{problem_id:[0-9]{1,18}}", problem),
        ),
        *requires(
            role(*RESPONDERS, schools="own"), web.post("/problems/{problem_id:[0-9]{1,18}}/acknowledge", acknowledge)
        ),
    ]


def _asked(reader: Admitted, school_id: str) -> frozenset[str] | None:
    if not school_id:
        return reader.schools
    return frozenset({school_id}) if reader.sees(school_id) else frozenset()


async def _found(frame: Frame, reader: Admitted, number: str) -> dict[str, Any]:
    found = await frame.store.read(partial(problem_list.one, problem_id=int(number)))
    if found is None or not reader.sees(found["school_id"]):
        raise RefusedError(404, GONE)
    return found


def _problems(frame: Frame, rows: list[dict[str, Any]], number: int, now: float) -> dict[str, Any]:
    order = list(_SEVERITIES)
    rows = sorted(rows, key=lambda row: (row["acknowledged_at"] is not None, order.index(row["severity"])))
    shown = page(number, len(rows), SIZE)
    return {"rows": [_row(frame, row, now) for row in rows[shown.first : shown.end]], "shown": shown}


def _row(frame: Frame, row: dict[str, Any], now: float) -> dict[str, Any]:
    state = frame.fleet.school(row["school_id"])
    zone = state.calendar.rules.zone if state else frame.zone
    word, sign, style = _SEVERITIES[row["severity"]]
    return row | {
        "word": word,
        "sign": sign,
        "style": style,
        "school": state.school.name if state else row["school_id"],
        "since": moment(row["opened_at"] or row["pending_at"], now, zone),
        "acknowledged": moment(row["acknowledged_at"], now, zone),
        "title": row["kind"].replace("_", " "),
    }


def _problem(frame: Frame, found: dict[str, Any], now: float) -> dict[str, Any]:
    state = frame.fleet.school(found["school_id"])
    zone = state.calendar.rules.zone if state else frame.zone
    return {
        "problem": _row(frame, found, now),
        "members": [(each, _called(frame.fleet, each)) for each in found["members"][:_MOST_MEMBERS]],
        "subject": device_of(frame.fleet, found["subject"]),
        "events": [event | {"moment": moment(event["at"], now, zone)} for event in found["events"]],
        "open": found["state"] != "closed",
        "RESPONDERS": RESPONDERS,
    }


def _called(fleet: Fleet, device_id: str) -> str:
    member = fleet.member(device_id)
    return name_of(member) if member else device_id


def device_of(fleet: Fleet, subject: str) -> str | None:
    """The id of the device that a problem is about, or a part of which; None where it is about something else."""
    return next((found for found in (subject, subject.partition(":")[0]) if fleet.member(found)), None)
