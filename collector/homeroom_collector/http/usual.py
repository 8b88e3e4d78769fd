"""An answer that thousands get in the same second, written as one piece of memory instead of put together each time.

Once a second, and for each scheme, it goes the usual way through aiohttp and everything that adds to it; what was sent
then is sent to all others of that second. So it says what any other answer would have said, the Date included.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from aiohttp import ClientConnectionResetError, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter


class UsualAnswer:
    """A 200 with one body. ``scheme_of`` tells how a client came, on which its headers depend."""

    def __init__(self, body: bytes, content_type: str, scheme_of: Callable[[web.Request], str]) -> None:
        self._body, self._content_type, self._scheme_of = body, content_type, scheme_of
        self._ready: dict[str, _Ready] = {}

    def to(self, request: web.Request) -> web.StreamResponse:
        """The answer to a request."""
        ready = self._ready.get(self._scheme_of(request))
        if ready is not None and ready.second == int(time.time()) and _is_plain(request):
            return ready
        return self._first(request)

    def _first(self, request: web.Request) -> web.StreamResponse:
        """One that goes the usual way; the next ones of its kind repeat it."""
        answer = _First(body=self._body, content_type=self._content_type)
        if _is_plain(request):
            scheme, second = self._scheme_of(request), int(time.time())
            answer.on_sent = partial(self._keep, scheme, second)
        return answer

    def _keep(self, scheme: str, second: int, sent: bytes) -> None:
        self._ready[scheme] = _Ready(sent, second)


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


class _Ready(web.StreamResponse):
    """The same bytes for every request; holds nothing of any of them."""

    def __init__(self, sent: bytes, second: int) -> None:
        super().__init__()
        self._sent, self.second = sent, second
        self._keep_alive = True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send all of it. Raises ClientConnectionResetError where the client has gone."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("Cannot write to closing transport")
        transport.write(self._sent)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""
