"""The calls of satellites, under a path of their own: enrol and report, in the shapes that agents use."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aiohttp import web

from homeroom_collector.http.problem import answering_problems, sayable
from homeroom_collector.ingest.body import read_json
from homeroom_collector.ingest.enrolment import enrolment
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.satellite_intake import SatelliteIntake

_PREFIX = "/satellite/api/v1"


@dataclass(frozen=True, slots=True)
class SatelliteCalls:
    """Handlers over one intake."""

    intake: SatelliteIntake
    gate: Gate
    most_body_bytes: int

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.post(f"{_PREFIX}/enroll", answering_problems(self.enrol)),
            web.post(f"{_PREFIX}/reports", answering_problems(self.reports)),
        ]

    async def enrol(self, request: web.Request) -> web.Response:
        """A token for a key. What the request says of the machine is not kept."""
        asked = enrolment(await read_json(request, self.most_body_bytes))
        with self.gate.stranger(request):
            name, key = await self.intake.enrol(asked.token)
        answer = {"device_id": name, "device_key": key, "settings": {}}
        return web.Response(status=201, body=msgspec.json.encode(answer), content_type="application/json")

    async def reports(self, request: web.Request) -> web.Response:
        """A batch; 200 means that all but the rejected ones are on disk."""
        with self.gate.stranger(request):
            satellite = await self.intake.register.caller(request.headers.get("Authorization"))
        taken = await self.intake.take(satellite, await read_json(request, self.most_body_bytes))
        rejected = [{"index": each.index, "detail": sayable(each.detail)} for each in taken.rejected]
        answer = {"accepted": taken.accepted, "duplicates": taken.duplicates, "rejected": rejected, "settings": {}}
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")
