"""Asking Google for one page: with a token, within quotas, for as long as it makes sense."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from homeroom_collector.errors import SourceError
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.sources.google.token import ServiceAccount

_log = logging.getLogger(__name__)
MOST_PAGE_BYTES = 64 * 1024 * 1024
_FIRST_WAIT_SECONDS = 1.0
_BUSY = frozenset({429, 500, 502, 503, 504})
# developers.google.com/workspace/admin/directory/v1/limits: a full quota is 403 with one of these reasons.
_QUOTAS = frozenset(
    {"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
)


class PageTokenError(SourceError):
    """Google does not know this place in a list any more."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: str | None


class GoogleCalls:
    """The two lists, page by page. ``on_wait`` hears of every wait that Google asked for."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        account: ServiceAccount,
        settings: GoogleSettings,
        *,
        on_wait: Callable[[float], None] = lambda _seconds: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session, self._account, self._settings = session, account, settings
        self._on_wait, self._sleep = on_wait, sleep

    async def get(self, url: str, query: Mapping[str, str]) -> bytes:
        """One page as it came. Raises SourceError, PageTokenError where ``pageToken`` is worth nothing any more."""
        refreshed = False
        trouble = ""
        for attempt in range(self._settings.tries):
            try:
                answer = await self._once(url, query)
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble = f"{type(error).__name__}: {error}"
                await self._wait(attempt, None)
                continue
            if answer.status == 200:
                return answer.body
            if answer.status == 401 and not refreshed:
                refreshed = True
                self._account.forget()
                continue
            trouble = f"{answer.status} {_message(answer.body)}"
            if not _passes(answer):
                raise _final(url, query, answer, trouble)
            await self._wait(attempt, answer.retry_after)
        raise SourceError(f"{url}: {self._settings.tries} tries without an answer; the last: {trouble}")

    async def _once(self, url: str, query: Mapping[str, str]) -> _Answer:
        headers = {"Authorization": f"Bearer {await self._account.token(self._session)}"}
        async with self._session.get(url, params=query, headers=headers, allow_redirects=False) as response:
            body = await _limited(response, url)
            return _Answer(response.status, body, response.headers.get("Retry-After"))

    async def _wait(self, attempt: int, retry_after: str | None) -> None:
        longest = self._settings.longest_wait
        asked = seconds_of(retry_after)
        # Half of a growing wait is chance, so that two collectors do not come back together.
        grown = _FIRST_WAIT_SECONDS * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - nothing to guess
        wait = min(longest, grown if asked is None else max(asked, grown if asked == 0 else 0.0))
        _log.info("Google asks for patience: %.1f s", wait)
        self._on_wait(wait)
        await self._sleep(wait)


async def _limited(response: aiohttp.ClientResponse, url: str) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_chunked(262_144):
        size += len(part)
        if size > MOST_PAGE_BYTES:
            raise SourceError(
                f"{url}: a page is larger than {MOST_PAGE_BYTES} bytes; make google.telemetry_page smaller"
            )
        parts.append(part)
    return b"".join(parts)


def seconds_of(retry_after: str | None) -> float | None:
    """``Retry-After`` as seconds or as a date (RFC 9110, section 10.2.3); None where it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC if moment.tzinfo else None)).total_seconds())


def _passes(answer: _Answer) -> bool:
    """Whether waiting helps."""
    return answer.status in _BUSY or (answer.status == 403 and bool(_reasons(answer.body) & _QUOTAS))


def _final(url: str, query: Mapping[str, str], answer: _Answer, trouble: str) -> SourceError:
    if answer.status in (400, 410) and "pageToken" in query:
        return PageTokenError(f"{url}: {trouble}")
    hint = "; the service account lacks the scopes or the administrator's role, see docs/google.md"
    return SourceError(f"{url}: {trouble}{hint if answer.status in (401, 403) else ''}")


def _error(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _message(body: bytes) -> str:
    return str(_error(body).get("message", ""))[:300]


def _reasons(body: bytes) -> set[str]:
    """Both spellings: ``errors[].reason`` of the Directory, ``details[].reason`` of Chrome Management."""
    error = _error(body)
    rows = [row for name in ("errors", "details") for row in error.get(name) or () if isinstance(row, dict)]
    return {str(row.get("reason")) for row in rows} | {str(error.get("status"))} & {"RESOURCE_EXHAUSTED"}
