"""Signing in with an OpenID Connect provider: the code flow with PKCE, state and nonce. The home of Authlib.

OpenID Connect Core 1.0 (https://openid.net/specs/openid-connect-core-1_0.html), RFC 7636, RFC 9207. The provider's
document and keys are asked for when needed and again when a token was signed with a key that is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from homeroom_collector.access.settings import OpenIdSettings
from homeroom_collector.errors import CollectorError
from homeroom_collector.secret import Secret

# Only signatures that need the provider's private key: our own secret must not make a token.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY_SECONDS = 60


class OpenIdError(CollectorError):
    """The provider cannot be reached, or what it says cannot be believed."""

    permanent = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, kept by the browser until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """An attempt that nobody can guess."""
        return cls(generate_token(32), generate_token(32), generate_token(48))


class Provider:
    """One provider. Raises OpenIdError from every method that asks it."""

    def __init__(self, settings: OpenIdSettings, secret: Secret | None) -> None:
        self._settings = settings
        self._secret = secret
        self._document: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    async def address(self, attempt: Attempt, redirect_url: str) -> str:
        """Where to send the browser."""
        document = await self._about()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_url,
            "scope": " ".join(self._settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        address = _text(document, "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    async def claims(self, code: str, attempt: Attempt, redirect_url: str, now: float) -> Mapping[str, Any]:
        """What the provider says of whoever signed in, proved by its signature."""
        answer = await self._exchange(code, attempt, redirect_url)
        try:
            return await self._believed(_text(answer, "id_token"), str(answer.get("access_token", "")), attempt, now)
        except (JoseError, ValueError) as error:
            raise OpenIdError(f"the provider's token cannot be believed: {error}") from None

    async def _exchange(self, code: str, attempt: Attempt, redirect_url: str) -> dict[str, Any]:
        document = await self._about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_url,
            "client_id": self._settings.client_id,
            "code_verifier": attempt.verifier,
        }
        if self._secret is None:
            return await self._ask("POST", _text(document, "token_endpoint"), form=form)
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            # RFC 6749, 2.3.1: both are form-encoded first.
            login = aiohttp.encode_basic_auth(quote_plus(self._settings.client_id), quote_plus(self._secret.reveal()))
            return await self._ask("POST", _text(document, "token_endpoint"), form=form, login=login)
        form["client_secret"] = self._secret.reveal()
        return await self._ask("POST", _text(document, "token_endpoint"), form=form)

    async def _believed(self, text: str, access_token: str, attempt: Attempt, now: float) -> Mapping[str, Any]:
        try:
            token = jwt.decode(text, await self._key_set(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since we asked.
            self._keys = None
            token = jwt.decode(text, await self._key_set(), algorithms=_ALGORITHMS)
        client_id = self._settings.client_id
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": client_id},
            },
            {"nonce": attempt.nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=int(now), leeway=_LEEWAY_SECONDS)
        return dict(claims)

    async def _about(self) -> dict[str, Any]:
        if self._document is None:
            address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            document = await self._ask("GET", address)
            if document.get("issuer") != self._settings.issuer:
                raise OpenIdError(
                    f"the provider calls itself {document.get('issuer')!r}, not {self._settings.issuer!r}"
                )
            self._document = document
        return self._document

    async def _key_set(self) -> KeySet:
        if self._keys is None:
            keys = await self._ask("GET", _text(await self._about(), "jwks_uri"))
            self._keys = KeySet.import_key_set(keys)  # type: ignore[arg-type]  # checked while it is imported
        return self._keys

    async def _ask(
        self, method: str, address: str, form: dict[str, str] | None = None, login: str | None = None
    ) -> dict[str, Any]:
        limit = aiohttp.ClientTimeout(total=self._settings.timeout)
        headers = {"Accept": "application/json"} | ({"Authorization": login} if login else {})
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as http,
                http.request(method, address, data=form, headers=headers, allow_redirects=False) as answer,
            ):
                body = await answer.json(content_type=None)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise OpenIdError(f"{address}: {error or 'no answer in time'}") from None
        if answer.status != 200 or not isinstance(body, dict):
            said = body.get("error_description") or body.get("error") if isinstance(body, dict) else None
            raise OpenIdError(f"{address} answered {answer.status}{f': {said}' if said else ''}")
        return body


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise OpenIdError(f"the provider gives no {name}")
    return value
