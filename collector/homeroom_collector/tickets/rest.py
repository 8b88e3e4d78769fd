"""Calls of help desks that speak JSON over HTTP, and what their answers mean.

The one place that knows which status says what, so that no help desk is retried where that is no use.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from homeroom_collector.rules.incident import EXTERNAL_KEY
from homeroom_collector.secret import redacted
from homeroom_collector.tickets.errors import (
    DeskChangedError,
    DeskDeniedError,
    DeskDownError,
    DeskError,
    DeskRefusedError,
    TicketGoneError,
)

_MOST_ANSWER_BYTES = 8 * 1024 * 1024
_BUSY = frozenset({408, 425, 429})
_PLAIN = frozenset({"accept", "content-type", "user-agent"})


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is decoded JSON, or text where it is not JSON."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Rest:
    """One help desk's address with what every call carries. ``headers`` hold secrets and are never logged."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], timeout: float) -> None:
        self._session, self._url, self._headers = session, url.rstrip("/"), dict(headers)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._secrets = tuple(value for name, value in headers.items() if name.lower() not in _PLAIN)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One call. Raises DeskError for every answer that is not a success; ``unsure`` where it may have worked."""
        content: dict[str, Any] = {"data": raw} if raw is not None else {} if body is None else {"json": body}
        try:
            async with self._session.request(
                method,
                self._url + path,
                params=query,
                headers=self._headers | dict(headers or {}),
                timeout=self._timeout,
                allow_redirects=False,
                **content,
            ) as response:
                answer = Answer(response.status, await _body(response), response.headers)
        except aiohttp.ClientConnectorError as error:
            raise DeskDownError(f"{self._url} cannot be reached: {error.strerror or error}") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            what = str(error) or type(error).__name__
            raise DeskDownError(f"{self._url} broke off: {what}", unsure=True) from error
        if answer.status >= 300:
            raise refusal(answer, f"{method} {path}", self._secrets)
        return answer


async def _body(response: aiohttp.ClientResponse) -> Any:
    raw = await response.content.read(_MOST_ANSWER_BYTES)
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text


def refusal(answer: Answer, what: str, sent: Iterable[str] = ()) -> DeskError:
    """What an answer that is no success means. ``sent`` is not repeated, though the help desk may repeat it."""
    message = f"{what}: {answer.status} {_said(answer.body, sent)}"
    match answer.status:
        case 401 | 403:
            return DeskDeniedError(f"{message}; the key is wrong, or lacks a right")
        case 404 | 410:
            return TicketGoneError(message)
        case 409 | 412:
            return DeskChangedError(message)
        case status if status in _BUSY:
            return DeskDownError(message, retry_after_seconds=_seconds(answer.headers.get("Retry-After")))
        case status if status >= 500:
            return DeskDownError(message, unsure=True, retry_after_seconds=_seconds(answer.headers.get("Retry-After")))
    return DeskRefusedError(message)


def _seconds(text: str | None) -> float | None:
    return float(text[:9]) if text and text.isascii() and text.isdigit() else None


def _said(body: Any, sent: Iterable[str]) -> str:
    """The words of an error, bounded; help desks put them in many places, so all of it is shown."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) if body is not None else ""
    return " ".join(redacted(text, *sent).split())[:300]


def basic(user: str, password: str) -> str:
    """The value of ``Authorization`` for a name and a password (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def rows(body: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of a list inside an answer; empty where the answer has another shape."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []


def number(body: Any, *path: str) -> str:
    """A ticket's number inside an answer. Raises DeskError where there is none: it was made, but not found."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    if not isinstance(body, int | str) or isinstance(body, bool) or not str(body):
        raise DeskError("the answer does not say which ticket was made", unsure=True)
    return str(body)


def searchable(external_key: str) -> str:
    """The key, for a query. Raises DeskRefusedError where it is none: many help desks read what is sent as a query."""
    if not EXTERNAL_KEY.fullmatch(external_key):
        raise DeskRefusedError(f"not a key: {external_key[:80]!r}")
    return external_key


def as_number(desk_id: str) -> str:
    """A ticket's number, for an address. Raises DeskRefusedError where it is none."""
    if not (desk_id.isascii() and desk_id.isdigit()):
        raise DeskRefusedError(f"not a ticket number: {desk_id[:40]!r}")
    return desk_id


def as_html(text: str) -> str:
    """Plain text for a help desk that takes HTML."""
    return "<br>".join(html.escape(line) for line in text.splitlines())
