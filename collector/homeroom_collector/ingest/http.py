"""The calls of agents: enrol, report, echo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.errors import RefusedError, StoreUnavailableError
from homeroom_collector.http import request_id
from homeroom_collector.http.problem import Handler, answering_problems, problem, sayable
from homeroom_collector.http.usual import UsualAnswer
from homeroom_collector.http.whole import Lane, WholeRequest
from homeroom_collector.ingest.body import json_of, read_json
from homeroom_collector.ingest.enrolment import enrolment
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.renewal import Renewal
from homeroom_collector.ingest.service import USUAL, Intake, Taken
from homeroom_collector.store.keys import DeviceKey

_JSON = "application/json"
_REPORTS = "/api/v1/reports"


@dataclass(frozen=True)
class AgentCalls:
    """Handlers over one intake. ``settings`` goes to every agent with every answer, beside its leave to measure."""

    intake: Intake
    gate: Gate
    renewal: Renewal
    settings: dict[str, Any]
    most_body_bytes: int

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.post("/api/v1/enroll", answering_problems(self.enrol)),
            web.post(_REPORTS, answering_problems(self._reports())),
            web.get("/api/v1/echo", answering_problems(self.echo), allow_head=False),
            *self.renewal.routes(),
        ]

    async def enrol(self, request: web.Request) -> web.Response:
        """``POST /api/v1/enroll``: a token for a device id and key."""
        asked = enrolment(await read_json(request, self.most_body_bytes))
        with self.gate.stranger(request):
            enrolled = await self.intake.enrol(asked)
        answer = {"device_id": enrolled.device.device_id, "device_key": enrolled.key, "settings": self.settings}
        return web.Response(status=201, body=msgspec.json.encode(answer), content_type=_JSON)

    def _reports(self) -> Handler:
        one, gate, most = self.usual, self.gate, self.most_body_bytes

        async def reports(request: web.Request) -> web.StreamResponse:
            """``POST /api/v1/reports``: reports, which are committed when this answers 200."""
            caller, address = await gate.caller(request)
            taken = await self._take(caller, await read_json(request, most), address)
            if _is_all_rejected(taken):
                return _all_rejected(taken)
            if taken is USUAL and not self.renewal.is_due(caller):
                return one.to(request)
            return web.Response(body=self._told(caller, taken), content_type=_JSON)

        return reports

    def lane(self, most_request_bytes: int) -> Lane:
        """The same call for requests that are whole and plain, as laptops send them. What is refused is repeated."""
        one, gate, most = self.usual, self.gate, self.most_body_bytes

        async def reports(request: WholeRequest) -> bytes | None:
            ready = one.ready(request)
            if ready is None:
                return None
            given = request.headers.get(request_id.HEADER)
            request_id.begin(given if given is not None and gate.addresses.trusts(request) else None)
            try:
                known = gate.known_caller(request)
                if known is None:
                    return None
                caller, address = known
                taken = await self._take(caller, await json_of(request, most), address)
            except (RefusedError, StoreUnavailableError):
                return None
            if taken is USUAL and not self.renewal.is_due(caller):
                return ready.sent()
            return None if _is_all_rejected(taken) else ready.with_body(self._told(caller, taken))

        return Lane(_REPORTS, reports, most_request_bytes)

    @cached_property
    def usual(self) -> UsualAnswer:
        """What nearly every report is answered."""
        return UsualAnswer(self._told(None, USUAL), _JSON, self.gate.addresses.scheme)

    async def _take(self, caller: DeviceKey, body: bytes, address: str) -> Taken:
        await self.renewal.settle(caller)
        return await self.intake.take(caller, body, address)

    def _told(self, caller: DeviceKey | None, taken: Taken) -> bytes:
        """What a device is answered; nobody is asked for a new key."""
        slot = {"throughput_slot": taken.slot} if taken.slot else {}
        more = self.renewal.told(caller) if caller else {}
        return msgspec.json.encode(
            {
                "accepted": taken.accepted,
                "duplicates": taken.duplicates,
                "rejected": _rows(taken),
                "settings": {**self.settings, **slot, **more},
            }
        )

    async def echo(self, request: web.Request) -> web.Response:
        """``GET /api/v1/echo``: the shortest answer, for measuring the way here."""
        caller, _ = await self.gate.caller(request)
        await self.renewal.settle(caller)
        return web.Response(body=b"{}", content_type=_JSON)


def _is_all_rejected(taken: Taken) -> bool:
    return bool(taken.rejected) and not taken.accepted and not taken.duplicates


def _rows(taken: Taken) -> list[dict[str, Any]]:
    return [{"index": each.index, "detail": sayable(each.detail)} for each in taken.rejected]


def _all_rejected(taken: Taken) -> web.Response:
    """Nothing in the request can ever be taken: a client error as a whole, so that nobody tries again."""
    first = taken.rejected[0]
    status = first.status if all(each.status == first.status for each in taken.rejected) else 422
    return problem(status, first.detail, more={"rejected": _rows(taken)})
