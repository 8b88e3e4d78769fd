"""Signing in: a service account's key, signed by google-auth, for a token that lasts an hour (RFC 7523)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from google.auth import crypt, jwt

from homeroom_collector.errors import ConfigError, SourceError
from homeroom_collector.safe_url import safe
from homeroom_collector.sources.google.settings import GoogleSettings

SCOPES = (
    "https://www.googleapis.com/auth/admin.directory.device.chromeos.readonly",
    "https://www.googleapis.com/auth/chrome.management.telemetry.readonly",
)
"""Reading devices and their telemetry; nothing else can be done with the token."""

_LIFE_SECONDS = 3600
_EARLY_SECONDS = 120.0
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MOST_BYTES = 65_536


class ServiceAccount:
    """Gives a token whenever one is asked for; a new one shortly before the old one ends."""

    def __init__(self, settings: GoogleSettings, *, clock: Callable[[], float] = time.time) -> None:
        """Raises ConfigError where the key file cannot be used."""
        key = _read(settings)
        self._email, self._subject = str(key["client_email"]), settings.subject
        self._url = settings.token_url or str(key["token_uri"])
        if not safe(self._url):
            raise ConfigError([f"google.key_file: token_uri {self._url!r} is not an https address"])
        try:
            # google-auth's functions carry no types.
            self._signer = crypt.RSASigner.from_service_account_info(key)  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise ConfigError([f"google.key_file: {settings.key_file}: private_key: {error}"]) from None
        self._clock = clock
        self._token, self._ends_at = "", 0.0

    def forget(self) -> None:
        """Ask for a new token next time: Google took this one no more."""
        self._ends_at = 0.0

    async def token(self, session: aiohttp.ClientSession) -> str:
        """A token that works. Raises SourceError where Google gives none."""
        now = self._clock()
        if now >= self._ends_at - _EARLY_SECONDS:
            answer = await self._ask(session, int(now))
            self._token, self._ends_at = str(answer["access_token"]), now + float(answer.get("expires_in", 0) or 0)
        return self._token

    async def _ask(self, session: aiohttp.ClientSession, now: int) -> dict[str, Any]:
        form = {"grant_type": _GRANT, "assertion": self._assertion(now)}
        try:
            async with session.post(self._url, data=form, allow_redirects=False) as response:
                body = await response.content.read(_MOST_BYTES)
                answer = json.loads(body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SourceError(f"{self._url}: no token: {type(error).__name__}: {error}") from None
        if response.status != 200 or not isinstance(answer, dict) or not answer.get("access_token"):
            raise SourceError(f"{self._url}: no token: {response.status} {_reason(answer)}; see docs/google.md")
        return answer

    def _assertion(self, now: int) -> str:
        claims = {
            "iss": self._email,
            "sub": self._subject,
            "scope": " ".join(SCOPES),
            "aud": self._url,
            "iat": now,
            "exp": now + _LIFE_SECONDS,
        }
        signed: bytes = jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return signed.decode()


def _reason(answer: Any) -> str:
    if not isinstance(answer, Mapping):
        return "an answer that is not a token"
    return f"{answer.get('error', '')} {answer.get('error_description', '')}".strip()[:300]


def _read(settings: GoogleSettings) -> dict[str, Any]:
    path = settings.key_file
    if path is None:
        raise ConfigError(["google.key_file: missing; see docs/google.md"])
    try:
        key = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"google.key_file: {path}: cannot be read: {error.strerror}"]) from None
    except ValueError:
        raise ConfigError([f"google.key_file: {path}: not JSON"]) from None
    missing = [name for name in ("client_email", "private_key", "token_uri") if not _has(key, name)]
    if missing:
        raise ConfigError([f"google.key_file: {path}: not a service account's key: {', '.join(missing)} missing"])
    found: dict[str, Any] = key
    return found


def _has(key: Any, name: str) -> bool:
    return isinstance(key, dict) and isinstance(key.get(name), str) and bool(key[name])
