"""``/quarantine``: devices that enrolled and that no inventory lists; whoever sets devices up lets them in or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from homeroom_collector.access import OPERATORS, Admitted, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Standing
from homeroom_collector.store import Connection, waiting
from homeroom_collector.store.waiting import Decision, Wanted
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.query import Page, page, page_number
from homeroom_collector.views.pages.words import moment

SIZE = 50
_PATH = "/quarantine"
_LONGEST = 100
_ACTIONS: Mapping[str, Standing] = {"accept": "accepted", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class List:
    """Which list somebody looks at; ``standing`` is quarantined or rejected."""

    standing: Standing = "quarantined"
    q: str = ""
    page: int = 1

    def link(self, _anchor: str = "", **changes: Any) -> str:
        """The address of this list with some things changed."""
        wanted, usual = replace(self, **changes), List()
        names = ("standing", "q", "page")
        said = {name: getattr(wanted, name) for name in names if getattr(wanted, name) != getattr(usual, name)}
        return f"{_PATH}?{urlencode(said)}" if said else _PATH


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list, and how many wait and were rejected at the schools that somebody may see."""

    rows: list[dict[str, Any]]
    shown: Page
    counts: Mapping[Standing, int]


def routes(frame: Frame) -> list[web.RouteDef]:
    """Routes of the list and of what is decided on it."""

    async def show(request: web.Request) -> web.Response:
        """Devices that wait to be accepted, or were rejected."""
        asked, reader = _asked(request.query), admitted(request)
        found = await frame.store.read(partial(_find, asked=asked, reader=reader))
        said = _said(request.query)
        return await frame.show(
            request, "quarantine.html", "quarantine", partial(_page, frame, reader, asked, found, said)
        )

    async def decide(request: web.Request) -> web.Response:
        """Accept or reject devices; those of other schools, or decided on meanwhile, stay as they are."""
        form, reader = await request.post(), admitted(request)
        fields = {name: str(value) for name, value in form.items()}
        asked = _asked(fields)
        shown = form.getall("shown" if fields.get("all") else "device", [])
        decision = _decision(fields, asked, reader, frame)
        if not shown:
            raise RefusedError(422, "choose the devices first")
        act = partial(waiting.decide, device_ids=[str(each) for each in shown[:SIZE]], decision=decision)
        done = await frame.store.write(partial(act, now=frame.clock()))
        where = asked.link(page=1)
        where += ("&" if "?" in where else "?") + f"{decision.after}={done}"
        return web.Response(status=303, headers={"Location": where})

    return requires(role(*OPERATORS, schools="own"), web.get(_PATH, show), web.post(_PATH, decide))


def _asked(values: Mapping[str, str]) -> List:
    return List(
        "rejected" if values.get("standing") == "rejected" else "quarantined",
        values.get("q", "").strip()[:_LONGEST],
        page_number(values.get("page", "")),
    )


def _said(values: Mapping[str, str]) -> tuple[Standing, int] | None:
    """What the last form did: how many devices stand how."""
    found = ((after, values.get(after, "")) for after in _ACTIONS.values())
    return next(
        ((after, int(text)) for after, text in found if text.isascii() and text.isdigit() and len(text) < 5), None
    )


def _decision(fields: Mapping[str, str], asked: List, reader: Admitted, frame: Frame) -> Decision:
    """What a form says. Raises RefusedError 422 for what no page of ours says."""
    after, school_id = _ACTIONS.get(fields.get("action", "")), fields.get("school", "")
    if after is None or after == asked.standing:
        raise RefusedError(422, "say whether to accept or to reject the devices")
    if school_id and (after != "accepted" or not reader.sees(school_id) or frame.fleet.school(school_id) is None):
        raise RefusedError(422, "choose one of your schools for devices that are accepted")
    author = reader.caller.name if reader.caller else ""
    return Decision(
        before=asked.standing, after=after, author=author, schools=reader.schools, school_id=school_id or None
    )


def _find(connection: Connection, asked: List, reader: Admitted) -> Found:
    wanted = Wanted(standing=asked.standing, schools=reader.schools, q=asked.q, most=SIZE)
    shown = page(asked.page, waiting.count(connection, wanted), SIZE)
    states: tuple[Standing, ...] = ("quarantined", "rejected")
    counts = {each: waiting.count(connection, Wanted(standing=each, schools=reader.schools)) for each in states}
    return Found(waiting.listed(connection, replace(wanted, first=shown.first)), shown, counts)


def _page(
    frame: Frame, reader: Admitted, asked: List, found: Found, said: tuple[Standing, int] | None, now: float
) -> dict[str, Any]:
    states = frame.states(reader)
    return {
        "asked": asked,
        "said": said,
        "rows": [_row(frame, row, now) for row in found.rows],
        "shown": found.shown,
        "counts": found.counts,
        "choices": sorted((state.school.name, state.school.school_id) for state in states),
    }


def _row(frame: Frame, row: dict[str, Any], now: float) -> dict[str, Any]:
    state = frame.fleet.school(row["school_id"])
    zone = state.calendar.rules.zone if state else frame.zone
    model = " ".join(part for part in (row["manufacturer"], row["model"]) if part)
    return row | {
        "called": row["name"] or row["serial"] or row["device_id"],
        "model": model or "not said",
        "school": state.school.name if state else row["school_id"],
        "enrolled": moment(row["enrolled_at"], now, zone),
        "decided": moment(row["decided_at"], now, zone),
        "heard": moment(row["received_at"], now, zone),
    }
