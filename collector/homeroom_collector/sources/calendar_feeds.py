"""Reading calendar files from disk and from the web, within bounds. Addresses may be secrets and are not logged."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from homeroom_collector.errors import SourceError

MOST_BYTES = 8 * 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=15)


def is_address(source: str) -> bool:
    """Whether a source is on the web, and not a file."""
    return source.startswith(("https://", "http://", "webcal://"))


def shown(source: str) -> str:
    """A source as it may be shown: of an address only the host, for the rest of it may be a key."""
    return f"a calendar at {urlsplit(source).hostname}" if is_address(source) else source


async def fetch(source: str, folder: Path) -> bytes:
    """Read a source; relative paths start at ``folder``. Raises SourceError."""
    if is_address(source):
        return await _download(source.replace("webcal://", "https://", 1))
    try:
        return await asyncio.to_thread(_read, folder / source)
    except OSError as error:
        raise SourceError(f"{source}: cannot be read: {error.strerror}") from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(MOST_BYTES + 1)
    _check_length(body, str(path))
    return body


def _check_length(body: bytes | bytearray, name: str) -> None:
    if len(body) > MOST_BYTES:
        raise SourceError(f"{name}: larger than {MOST_BYTES} bytes")


async def _download(address: str) -> bytes:
    body = bytearray()
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as http, http.get(address) as answer:
            if answer.status != 200:
                raise SourceError(f"{shown(address)}: answered {answer.status}")
            async for chunk in answer.content.iter_chunked(65_536):
                body += chunk
                _check_length(body, shown(address))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SourceError(f"{shown(address)}: {type(error).__name__}") from None
    return bytes(body)
