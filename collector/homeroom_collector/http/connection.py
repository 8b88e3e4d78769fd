"""One connection, bounded in time: a head, a body or a reader that is too slow ends it.

aiohttp closes a connection that has been idle for too long, and asks nothing more of the pace: one byte of a head every
minute, or a body that never ends, would be waited for. All else of HTTP stays aiohttp's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from homeroom_collector.errors import RefusedError
from homeroom_collector.http import request_id
from homeroom_collector.http.doorkeeper import Doorkeeper
from homeroom_collector.http.problem import problem
from homeroom_collector.http.settings import ConnectionSettings
from homeroom_collector.http.whole import Lane

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    b"X-Content-Type-Options: nosniff\r\n\r\n"
)
_LINGERING_SECONDS = 5.0
_REST_SECONDS = 1.0
"""How long a body may take to follow its head before aiohttp waits for it."""
_NOT_HTTP = "this is not a request that HTTP/1.1 allows, or its head is too large"


class Connection(web.RequestHandler):
    """As aiohttp speaks HTTP, within ``bounds`` and counted by ``doorkeeper``.

    Where there is a ``lane``, whole and plain requests for it are answered without aiohttp, until the first one comes
    that is not: from then on aiohttp reads everything, because what it has read before only it knows.
    """

    __slots__ = (
        "_answering",
        "_begun",
        "_bounds",
        "_closing",
        "_doorkeeper",
        "_head_timer",
        "_held",
        "_lane",
        "_let_in",
        "_peer",
        "_reader_timer",
        "_rest_timer",
        "_wire",
    )

    def __init__(
        self, server: web.Server, doorkeeper: Doorkeeper, bounds: ConnectionSettings, lane: Lane | None = None
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=bounds.idle,
            lingering_time=_LINGERING_SECONDS,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to say: none
            # Bodies are decompressed within bounds by ingest, not by the server.
            auto_decompress=False,
        )
        self._doorkeeper, self._bounds = doorkeeper, bounds
        self._let_in = False
        self._wire: asyncio.Transport | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None
        self._lane, self._peer = lane, ("", "http")
        self._answering: asyncio.Task[bytes | None] | None = None
        self._held = self._begun = b""
        self._rest_timer: asyncio.TimerHandle | None = None
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in and wait for a head, or send it away."""
        self._wire = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else "", "https" if transport.get_extra_info("sslcontext") else "http"
        self._let_in = self._doorkeeper.enter(self, self._peer[0])
        if not self._let_in:
            self._wire.write(_FULL)
            self._wire.close()
            return
        self._head_timer = asyncio.get_running_loop().call_later(self._bounds.head, self._no_head)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget it."""
        for timer in (self._head_timer, self._reader_timer, self._rest_timer):
            self._stop(timer)
        self._wire = None
        if self._let_in:
            self._doorkeeper.leave(self)
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Begin to answer a whole request, or let aiohttp read."""
        if self._answering is not None:  # the next one came before this one was answered, and waits for its turn
            self._held += data
            if self._wire is not None:
                self._wire.pause_reading()
            return
        if self._lane is None or self._closing:
            super().data_received(data)
            return
        data, self._begun = self._begun + data, b""
        # One that does not read its answers gets them as aiohttp writes, which waits for it.
        request = self._lane.read(data, *self._peer) if not self.writing_paused else None
        if request == "more":
            self._begun = data
            self._rest_timer = self._rest_timer or self._loop.call_later(_REST_SECONDS, self._no_rest)
            return
        self._stop(self._rest_timer)
        self._rest_timer = None
        if request is None:
            self._lane = None
            super().data_received(data)
            return
        self._stop(self._head_timer)
        self._keepalive = False  # whoever waits for an answer is not idle
        self._doorkeeper.spoke(self)
        self._answering = self._loop.create_task(self._lane.answer(request))
        self._answering.add_done_callback(partial(self._answered, data))

    def _no_rest(self) -> None:
        """The body is slow, and aiohttp is better at waiting."""
        data, self._begun = self._begun, b""
        self._lane = self._rest_timer = None
        super().data_received(data)

    def _answered(self, data: bytes, answering: asyncio.Task[bytes | None]) -> None:
        """Send what a lane answered; where it had no answer, aiohttp takes the same request from the beginning."""
        self._answering = None
        self._doorkeeper.fell_silent(self)
        held, self._held = self._held, b""
        if self._wire is None or self._wire.is_closing() or answering.cancelled():
            return
        if held:
            self._wire.resume_reading()
        answer = None if answering.exception() else answering.result()
        if answer is None:
            self._lane, held = None, data + held
        else:
            self._wire.write(answer)
        self._wait_for_next()
        if self._closing:
            super().close()
        elif held:
            self.data_received(held)

    def _wait_for_next(self) -> None:
        """Close it when nothing comes for too long, by aiohttp's own timer."""
        self._keepalive = True
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(self._next_keepalive_close_time, self._process_keepalive)

    def close(self) -> None:
        """Close it once what was asked is answered."""
        self._closing = True
        if self._answering is None:
            super().close()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - as aiohttp calls it
        """Let what was asked be answered, for at most ``timeout`` seconds, and close."""
        if self._answering is not None:
            await asyncio.wait((self._answering,), timeout=timeout)
            await asyncio.sleep(0)  # for the answer to be sent
        await super().shutdown(timeout)

    def pause_writing(self) -> None:
        """The client has not read what was sent: it has some time for that."""
        self._reader_timer = asyncio.get_running_loop().call_later(self._bounds.answer, self._no_reader)
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self._stop(self._reader_timer)
        super().resume_writing()

    def show_out(self) -> None:
        """Close it, now, without a word."""
        if self._wire is not None:
            self._wire.abort()

    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request: its head is here, and its body has to come in time."""
        self._stop(self._head_timer)
        timer = None
        if request.content.is_eof():
            self._doorkeeper.spoke(self)
        else:  # it may still be shown out: a body that trickles in is no better than a head that does
            timer = asyncio.get_running_loop().call_later(self._bounds.body, self._no_body, request)
        try:
            return await handler(request)
        finally:
            self._stop(timer)
            self._doorkeeper.fell_silent(self)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the parser's words, which repeat what was sent
    ) -> web.StreamResponse:
        """Answer what is not HTTP at all."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client is gone, and nobody reads an answer
        if request.writer.output_size > 0:
            raise ConnectionError("the answer was begun and cannot become another")
        request_id.begin()
        if status == 500:
            _log.error("a request failed outside of every handler", exc_info=exc)
        else:
            _log.debug("not HTTP: %s", type(exc).__name__)
        answer = problem(status, _NOT_HTTP if status == 400 else "this cannot be answered")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Server"] = "Homeroom"
        answer.headers[request_id.HEADER] = request_id.current()
        answer.force_close()
        return answer

    def _no_head(self) -> None:
        self._doorkeeper.cut("slow_head")
        self.show_out()

    def _no_reader(self) -> None:
        self._doorkeeper.cut("slow_reader")
        self.show_out()

    def _no_body(self, request: web.Request) -> None:
        if not request.content.is_eof():
            self._doorkeeper.cut("slow_body")
            late = RefusedError(
                408, f"the request's body took longer than {self._bounds.body:g} s; send less at a time"
            )
            request.content.set_exception(late)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def in_time() -> Middleware:
    """Tell connections what becomes of their requests."""

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection: Any = request.protocol
        if not isinstance(connection, Connection):  # served by other means, as tests of single parts do
            return await handler(request)
        return await connection.serve(request, handler)

    return serve
