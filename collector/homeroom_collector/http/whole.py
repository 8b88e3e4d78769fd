"""Whole, plain requests: one call, one piece, nothing that HTTP leaves to choose. All others are aiohttp's to read.

Thousands of laptops send the same few lines every few minutes. Those lines are told by their exact form, so that the
two readers can never see two different requests in them (RFC 9112 sections 2.2, 5.1, 6.3 and 11.2): a head with single
blanks and no name twice, one Content-Length of digits that is the length of what follows, no other framing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any, Literal, NamedTuple, Protocol

from multidict import CIMultiDict, MultiMapping

_MOST_BYTES = 65_536
_MOST_HEAD_BYTES = 4_096
_HEADERS = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [!-~](?:[ -~]*[!-~])?\r\n)+")
_LENGTH = re.compile(r"[1-9][0-9]{0,5}")
_NOT_PLAIN = frozenset({"transfer-encoding", "expect", "upgrade", "te", "trailer", "connection", "origin"})
"""What changes how a request is read or answered; it may also stay connected in other ways than the usual."""


class Asking(Protocol):
    """What is asked of a request before its body is looked at; aiohttp's have the same."""

    @property
    def headers(self) -> MultiMapping[str]:
        """By name, whatever the case."""

    @property
    def remote(self) -> str | None:
        """Address of the peer."""

    @property
    def scheme(self) -> str:
        """``http`` or ``https``, of the connection itself."""


class WholeRequest(NamedTuple):
    """A request as it came."""

    headers: CIMultiDict[str]
    body: bytes
    remote: str
    scheme: str


class Lane:
    """The way of one call, POST to ``path``, of bodies up to ``most_bytes``.

    ``answer`` gives all the bytes to send, or None: it is not the usual. Then, or where ``answer`` fails, the same
    request goes through aiohttp, so it must be one that can be repeated.
    """

    def __init__(
        self, path: str, answer: Callable[[WholeRequest], Coroutine[Any, Any, bytes | None]], most_bytes: int
    ) -> None:
        self.answer, self._most_bytes = answer, min(most_bytes, _MOST_BYTES)
        self._start = f"POST {path} HTTP/1.1\r\n".encode()

    def read(self, data: bytes, remote: str, scheme: str) -> WholeRequest | Literal["more"] | None:
        """Read a request that is all of ``data``; None where it is not plain, or not for this call.

        ``more``: the head is, and the body has not come yet, or not all of it: programs send them one after the other.
        """
        start = self._start
        if not data.startswith(start):
            return None
        end = data.find(b"\r\n\r\n", 0, _MOST_HEAD_BYTES) + 2
        if end < len(start) or _HEADERS.fullmatch(data, len(start), end) is None:
            return None
        headers = _headers(data[len(start) : end].decode("ascii"))
        body = data[end + 2 :]
        if headers is None or (length := int(headers["content-length"])) > self._most_bytes:
            return None
        if (missing := length - len(body)) < 0:
            return None
        if missing:
            return "more"
        return WholeRequest(CIMultiDict(headers), body, remote, scheme)


def _headers(lines: str) -> dict[str, str] | None:
    """By name in lower case; None where one is there twice, or changes how the request is read."""
    headers: dict[str, str] = {}
    each = lines.splitlines()
    for line in each:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    if len(headers) != len(each) or not _NOT_PLAIN.isdisjoint(headers) or "host" not in headers:
        return None
    return headers if _LENGTH.fullmatch(headers.get("content-length", "")) else None
