"""One receiver of remote write over HTTP: what it is sent, and what its answer means for the same bytes.

https://prometheus.io/docs/specs/prw/remote_write_spec/ has 5xx and 429 retried, and other 4xx given up. We give up
only where the samples are at fault: a token that is wrong for a day must not cost a day of samples.
"""

from __future__ import annotations

import base64
import ssl
import time
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import aiohttp

from homeroom_agent import __version__
from homeroom_agent.transport.answers import retry_after_seconds
from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import redacted
from homeroom_collector.views.remote_write.settings import EndpointSettings
from homeroom_collector.views.remote_write.snappy import compress

_AT_FAULT = frozenset({400, 406, 409, 413, 415, 422})
_DETAIL_BYTES = 2_000
_DETAIL_LENGTH = 300
_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "User-Agent": f"homeroom/{__version__}",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


class Outcome(Enum):
    """What became of a request."""

    TAKEN = auto()
    REFUSED = auto()
    """Something in these samples will never be taken."""
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. ``wait_seconds`` is what it asked for, or None."""

    outcome: Outcome
    detail: str = ""
    wait_seconds: float | None = None


class Receiver:
    """One endpoint. Follows no redirect: a token goes to nobody else."""

    def __init__(self, settings: EndpointSettings, session: aiohttp.ClientSession) -> None:
        """Raises ConfigError where a file cannot be used."""
        self._settings, self._session = settings, session
        self._tls = _tls(settings)
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout)
        self._authorization()

    async def send(self, message: bytes) -> Answer:
        """Send one message. Never raises for what is wrong on the way."""
        try:
            proof = self._authorization()
            headers = {**_HEADERS, **self._settings.headers, **proof}
            async with self._session.post(
                self._settings.url,
                data=compress(message),
                headers=headers,
                ssl=self._tls,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                detail = (await response.content.read(_DETAIL_BYTES)).decode("utf-8", "replace")
                return _meaning(response.status, redacted(detail, *proof.values()), response.headers.get("Retry-After"))
        except TimeoutError:
            return Answer(Outcome.LATER, f"no answer in {self._settings.timeout:g} s")
        except aiohttp.ClientError as error:
            return Answer(Outcome.LATER, str(error) or type(error).__name__)
        except ConfigError as error:
            return Answer(Outcome.LATER, str(error))

    def _authorization(self) -> dict[str, str]:
        """Read anew each time: tokens are renewed while we run."""
        settings = self._settings
        if settings.bearer_token_file:
            return {"Authorization": f"Bearer {_secret(settings, settings.bearer_token_file)}"}
        if settings.username is not None and settings.password_file:
            login = f"{settings.username}:{_secret(settings, settings.password_file)}"
            return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        return {}


def _secret(settings: EndpointSettings, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigError([f"remote_write {settings.name!r}: {path}: cannot be read: {reason}"]) from None
    if not text or "\n" in text:
        raise ConfigError([f"remote_write {settings.name!r}: {path}: must hold one line"])
    return text


def _tls(settings: EndpointSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError([f"remote_write {settings.name!r}: {settings.ca_file}: {reason}"]) from None


def _meaning(status: int, text: str, retry_after: str | None) -> Answer:
    detail = f"answered {status}: {' '.join(text.split())[:_DETAIL_LENGTH]}"
    if 200 <= status < 300:
        return Answer(Outcome.TAKEN)
    if status in _AT_FAULT:
        return Answer(Outcome.REFUSED, detail)
    return Answer(Outcome.LATER, detail, retry_after_seconds(retry_after, time.time()))
