"""``/api/v1/throughput``: bytes that mean nothing, as many as the ledger gave leave for and not one more."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.http.address import Campus
from homeroom_collector.http.problem import answering_problems
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.throughput import Direction, Ledger, Transfer

PATH = "/api/v1/throughput"
_CHUNK_BYTES = 65_536


def _noise() -> bytes:
    """What no proxy on the way can compress. Made once: random bytes are dearer than sending them."""
    return os.urandom(_CHUNK_BYTES)


@dataclass(frozen=True, slots=True)
class ThroughputCalls:
    """Handlers over one ledger. Leave counts only on campus, where the line is the school's."""

    ledger: Ledger
    gate: Gate
    campus: Campus
    noise: bytes = field(default_factory=_noise, repr=False)

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.get(PATH, answering_problems(self.download), allow_head=False),
            web.post(PATH, answering_problems(self.upload)),
        ]

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Send the bytes that were asked for, at most those of the leave."""
        asked = _asked_bytes(request)
        transfer = await self._begin(request, "download")
        size = transfer.size_bytes if asked is None else min(asked, transfer.size_bytes)
        answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream", "Cache-Control": "no-store"})
        answer.content_length = size
        sent = 0
        try:
            async with asyncio.timeout(transfer.seconds_left):
                await answer.prepare(request)
                while sent < size:
                    chunk = self.noise[: size - sent]
                    sent += len(chunk)
                    await answer.write(chunk)
                await answer.write_eof()
        except TimeoutError:
            _cut_off(request)
        finally:
            transfer.end(sent)
        return answer

    async def upload(self, request: web.Request) -> web.Response:
        """Take bytes and forget them. Raises RefusedError: 413 beyond the leave, 408 after its end."""
        transfer = await self._begin(request, "upload")
        taken = 0
        try:
            _check_length(request.content_length or 0, transfer)
            async with asyncio.timeout(transfer.seconds_left):
                async for chunk in request.content.iter_any():
                    taken += len(chunk)
                    _check_length(taken, transfer)
        except TimeoutError:
            _cut_off(request)
            raise RefusedError(408, "the measurement took longer than its leave") from None
        finally:
            transfer.end(taken)
        return web.json_response({"bytes": taken})

    async def _begin(self, request: web.Request, direction: Direction) -> Transfer:
        caller, address = await self.gate.caller(request)
        if self.campus.holds(caller.school_id, address) is not True:
            raise RefusedError(403, "throughput is measured on the school's own networks only")
        return self.ledger.begin(caller, request.query.get("slot"), direction)


def _asked_bytes(request: web.Request) -> int | None:
    """``?bytes=N``, None where it is not said. Raises RefusedError 422."""
    text = request.query.get("bytes")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text)):
        raise RefusedError(422, "bytes: expected a whole number above 0")
    return int(text)


def _check_length(size: int, transfer: Transfer) -> None:
    if size > transfer.size_bytes:
        raise RefusedError(413, f"more than the {transfer.size_bytes} bytes that were granted")


def _cut_off(request: web.Request) -> None:
    """What is on its way no longer matters; the line does."""
    if request.transport is not None:
        request.transport.abort()
