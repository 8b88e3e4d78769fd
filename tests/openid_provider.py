"""OpenID Connect providers: a real one as a program of its own, and one that a test can make lie.

The liar checks what a good one checks: PKCE, redirect, client.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from free_ports import free_port
from homeroom_collector.demo.processes import Children
from stack import until

SECRET = "the client's secret"


class LyingProvider:
    """Answers as a provider does. ``claims`` go over the true ones, ``signed_with`` over the published key."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.signed_with: RSAKey | OctKey = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, str] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._document),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
                web.get("/keys", self._keys),
            ]
        )
        return app

    async def _document(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        self.asked = dict(request.query)
        location = f"{self.asked['redirect_uri']}?code=the-code&state={self.asked['state']}"
        return web.Response(status=303, headers={"Location": location})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        good = (
            form["code"] == "the-code"
            and challenge == self.asked["code_challenge"]
            and form["redirect_uri"] == self.asked["redirect_uri"]
            and request.headers["Authorization"].startswith("Basic ")
        )
        if not good:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "homeroom", "sub": "1", "iat": now, "exp": now + 600}
        claims |= {"nonce": self.asked["nonce"], "email": "amy@school.example"} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, claims, self.signed_with, algorithms=[self.algorithm])
        return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))


@asynccontextmanager
async def lying_provider() -> AsyncIterator[LyingProvider]:
    """Run one on loopback until the block ends."""
    provider = LyingProvider()
    runner = web.AppRunner(provider.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield provider
    finally:
        await runner.cleanup()


class RealProvider:
    """oidc-provider-mock, which is built on Authlib's server. Whoever types a name at it is that person."""

    def __init__(self, http: aiohttp.ClientSession, issuer: str) -> None:
        self._http, self.issuer = http, issuer

    async def knows(self, name: str, **claims: Any) -> None:
        """Say from now on so much of somebody."""
        async with self._http.put(f"{self.issuer}/users/{name}", json={"sub": name, **claims}) as answer:
            assert answer.status == 204, await answer.text()

    async def answers(self) -> bool | None:
        try:
            async with self._http.get(f"{self.issuer}/.well-known/openid-configuration") as answer:
                return answer.status == 200 or None
        except aiohttp.ClientConnectionError:
            return None


@asynccontextmanager
async def real_provider(folder: Path, **claims: Any) -> AsyncIterator[RealProvider]:
    """Run one until the block ends; it knows somebody with these claims from the start."""
    port, children = free_port(), Children(folder / "logs")
    options = ["--port", str(port), "--require-nonce", "--user-claims", json.dumps(claims)]
    try:
        await children.start("provider", [sys.executable, "-m", "oidc_provider_mock", *options])
        async with aiohttp.ClientSession() as http:
            provider = RealProvider(http, f"http://127.0.0.1:{port}")
            await until(provider.answers, 30, "the provider")
            yield provider
    finally:
        await children.stop()
