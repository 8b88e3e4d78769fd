"""Asking Snipe-IT for its hardware, page by page, at the pace that it allows.

Its API answers errors with status 200 as well, as ``{"status": "error", "messages": …}``, and asks for patience with
429, either by ``Retry-After`` or by ``retryAfter`` in the body.
https://snipe-it.readme.io/reference/api-overview, https://snipe-it.readme.io/reference/api-throttling
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from homeroom_collector.errors import SourceError
from homeroom_collector.secret import Secret
from homeroom_collector.sources.google.calls import seconds_of

_log = logging.getLogger(__name__)
# Archived assets are left out of the list unless they are asked for, by the name that the list's filter has for them.
_LISTS: tuple[dict[str, str], ...] = ({}, {"status": "Archived"})
_BUSY = frozenset({429, 500, 502, 503, 504})
_MOST_BYTES = 64 * 1024 * 1024
_MOST_PAGES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on asking: ``tries`` for one page, ``longest_wait`` between two of them, ``timeout`` for one."""

    page: int = 500
    tries: int = 8
    first_wait: float = 2.0
    longest_wait: float = 300.0
    timeout: float = 60.0


class SnipeCalls:
    """The list of hardware of one Snipe-IT."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: Secret,
        patience: Patience,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``url`` is Snipe-IT's own, without ``/api/v1``."""
        self._session, self._url, self._token = session, url.rstrip("/"), token
        self._patience, self._sleep = patience, sleep

    async def hardware(self) -> AsyncIterator[dict[str, Any]]:
        """Every asset once, those in use first, archived ones last. Raises SourceError."""
        seen: set[Any] = set()
        for narrowed in _LISTS:
            async for row in self._listed(narrowed):
                if row.get("id") not in seen:
                    seen.add(row.get("id"))
                    yield row

    async def _listed(self, narrowed: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        offset = 0
        for _ in range(_MOST_PAGES):
            # A server may give fewer than were asked for: its own limit is MAX_RESULTS.
            query = {"limit": str(self._patience.page), "offset": str(offset), "sort": "id", "order": "asc", **narrowed}
            document = await self._page(query)
            rows = document.get("rows")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise SourceError(f"{self._url}: the answer is not a list of hardware")
            for row in rows:
                yield row
            offset += len(rows)
            if not rows or offset >= int(document.get("total") or 0):
                return
        raise SourceError(f"{self._url}: the list has no end")

    async def _page(self, query: dict[str, str]) -> dict[str, Any]:
        trouble = ""
        for attempt in range(self._patience.tries):
            try:
                status, document, retry_after = await self._once(query)
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble, retry_after = f"{type(error).__name__}: {error}", None
            else:
                if status == 200 and document.get("status") != "error":
                    return document
                trouble = f"{status} {_message(document)}"
                if status not in _BUSY:
                    raise SourceError(f"{self._url}: {trouble}{_HINTS.get(status, '')}")
                retry_after = retry_after if retry_after is not None else _asked(document)
            await self._wait(attempt, retry_after)
        raise SourceError(f"{self._url}: {self._patience.tries} tries without an answer; the last: {trouble}")

    async def _once(self, query: dict[str, str]) -> tuple[int, dict[str, Any], float | None]:
        headers = {"Authorization": f"Bearer {self._token.reveal()}", "Accept": "application/json"}
        timeout = aiohttp.ClientTimeout(total=self._patience.timeout)
        url = f"{self._url}/api/v1/hardware"
        # A redirect would carry the token to wherever it leads.
        async with self._session.get(
            url, params=query, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            body = await response.content.read(_MOST_BYTES + 1)
            while not response.content.at_eof() and len(body) <= _MOST_BYTES:
                body += await response.content.read(_MOST_BYTES + 1 - len(body))
            if len(body) > _MOST_BYTES:
                raise SourceError(f"{self._url}: a page is larger than {_MOST_BYTES} bytes; ask for a smaller one")
            return response.status, _document(body), seconds_of(response.headers.get("Retry-After"))

    async def _wait(self, attempt: int, asked: float | None) -> None:
        grown = self._patience.first_wait * 2.0**attempt
        wait = min(self._patience.longest_wait, grown if asked is None else max(asked, self._patience.first_wait))
        _log.info("Snipe-IT asks for patience: %.0f s", wait)
        await self._sleep(wait)


_HINTS = {
    401: "; the token is not worth anything: make one under Manage API Keys",
    403: "; the token's owner may not view assets",
    404: "; is this Snipe-IT's own address?",
    302: "; is this Snipe-IT's own address?",
}


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"status": "error", "messages": "an answer that is not JSON"}
    return found if isinstance(found, dict) else {"status": "error", "messages": "an answer that is no object"}


def _message(document: dict[str, Any]) -> str:
    return str(document.get("messages") or document.get("error") or document.get("message") or "")[:300]


def _asked(document: dict[str, Any]) -> float | None:
    """Seconds, where the body says how long to wait."""
    asked = document.get("retryAfter")
    return float(asked) if isinstance(asked, int | float) and not isinstance(asked, bool) and asked >= 0 else None
