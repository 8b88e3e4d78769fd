"""An answer that thousands get, written as one piece of memory instead of put together each time.

The first one, for each scheme, goes the usual way through aiohttp and everything that adds to it; what was sent then is
sent to all others, with the Date of each second and each request's own id. So it says what any other would have said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial

from aiohttp import ClientConnectionResetError, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from homeroom_collector.http import request_id
from homeroom_collector.http.whole import Asking


class UsualAnswer:
    """A 200 with one body. ``scheme_of`` tells how a client came, on which its headers depend."""

    def __init__(self, body: bytes, content_type: str, scheme_of: Callable[[Asking], str]) -> None:
        self._body, self._content_type, self._scheme_of = body, content_type, scheme_of
        self._ready: dict[str, Ready] = {}

    def to(self, request: web.Request) -> web.StreamResponse:
        """The answer to a request."""
        if not _is_plain(request):
            return web.Response(body=self._body, content_type=self._content_type)
        ready = self.ready(request)
        if ready is not None:
            return ready
        answer = _First(body=self._body, content_type=self._content_type)
        answer.on_sent = partial(self._keep, self._scheme_of(request))
        return answer

    def ready(self, request: Asking) -> Ready | None:
        """The same answer for a request that came this way, None where nobody was answered yet."""
        return self._ready.get(self._scheme_of(request))

    def _keep(self, scheme: str, sent: bytes) -> None:
        self._ready[scheme] = Ready(sent)


def _is_plain(request: web.Request) -> bool:
    """Whether nothing about a request changes the head of its answer: it stays connected, and no browser asks."""
    return request.keep_alive and request.version == HttpVersion11 and "Origin" not in request.headers


class _First(web.Response):
    """Tells what it was, once it is on its way."""

    on_sent: Callable[[bytes], None] | None = None

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        if self.on_sent is not None and isinstance(self.body, bytes):
            head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            self.on_sent(f"HTTP/1.1 {self.status} {self.reason}\r\n{head}\r\n".encode() + self.body)


_EACH = (b"date", request_id.HEADER.lower().encode())
"""Headers that are not the same in all answers, by name in lower case."""


class Ready(web.StreamResponse):
    """The same bytes for every request but for the time and the request's id; holds nothing of any of them."""

    def __init__(self, sent: bytes) -> None:
        super().__init__()
        head, _, self._said = sent.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if line.partition(b":")[0].lower() not in _EACH]
        self._head = b"\r\n".join([*lines, request_id.HEADER.encode() + b": "])
        self._second, self._rest = 0, b""
        self._keep_alive = True

    def sent(self) -> bytes:
        """All that is sent to the request that is answered now."""
        second = int(time.time())
        if second != self._second:
            date = formatdate(second, usegmt=True).encode()
            self._second, self._rest = second, b"\r\nDate: " + date + b"\r\n\r\n" + self._said
        return b"%b%b%b" % (self._head, request_id.current().encode(), self._rest)

    def with_body(self, body: bytes) -> bytes:
        """All that is sent where the same answer says something else."""
        length = b"\r\nContent-Length: %d\r\n"
        head, _, old = self.sent().partition(b"\r\n\r\n")
        return head.replace(length % len(old), length % len(body), 1) + b"\r\n\r\n" + body

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send all of it. Raises ClientConnectionResetError where the client has gone."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("Cannot write to closing transport")
        transport.write(self.sent())
        await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""
