"""The calls of agents: enrol, report, echo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.http.problem import Handler, answering_problems, problem, sayable
from homeroom_collector.http.usual import UsualAnswer
from homeroom_collector.ingest.body import read_json
from homeroom_collector.ingest.enrolment import enrolment
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.renewal import Renewal
from homeroom_collector.ingest.service import USUAL, Intake, Taken

_JSON = "application/json"
_NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
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
            web.post("/api/v1/reports", answering_problems(self._reports())),
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
        one = UsualAnswer(self._taken(USUAL), _JSON, self.gate.addresses.scheme)
        intake, gate, renewal, most = self.intake, self.gate, self.renewal, self.most_body_bytes

        async def reports(request: web.Request) -> web.StreamResponse:
            """``POST /api/v1/reports``: reports, which are committed when this answers 200."""
            caller, address = await gate.caller(request)
            body = await read_json(request, most)
            await renewal.settle(caller)
            taken = await intake.take(caller, body, address)
            if taken.rejected and not taken.accepted and not taken.duplicates:
                return _all_rejected(taken)
            if taken is USUAL and not renewal.is_due(caller):
                return one.to(request)
            return web.Response(body=self._taken(taken, renewal.told(caller)), content_type=_JSON)

        return reports

    def _taken(self, taken: Taken, more: Mapping[str, Any] = _NOTHING_MORE) -> bytes:
        slot = {"throughput_slot": taken.slot} if taken.slot else {}
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


def _rows(taken: Taken) -> list[dict[str, Any]]:
    return [{"index": each.index, "detail": sayable(each.detail)} for each in taken.rejected]


def _all_rejected(taken: Taken) -> web.Response:
    """Nothing in the request can ever be taken: a client error as a whole, so that nobody tries again."""
    first = taken.rejected[0]
    status = first.status if all(each.status == first.status for each in taken.rejected) else 422
    return problem(status, first.detail, more={"rejected": _rows(taken)})
