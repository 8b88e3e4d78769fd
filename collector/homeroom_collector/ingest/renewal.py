"""``POST /api/v1/key``: a device gives itself a new key, and loses no report by it.

The device makes the key, keeps it on its disk, and tells us the digest only, so that the secret is on no wire. Both
keys work until the new one is used for the first time; that ends the old one. Whatever is lost on the way, an answer or
the power, the device holds a key that works: the old one if the new one was never used, and the new one otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.http.problem import answering_problems
from homeroom_collector.ingest.body import read_json
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.keyring import Keyring
from homeroom_collector.ingest.service import Clock
from homeroom_collector.ingest.wire import json_object
from homeroom_collector.store import Connection, keys
from homeroom_collector.store.keys import DeviceKey

PATH = "/api/v1/key"
SETTING = "renew_key"
_MOST_BYTES = 1_000
_KEY_ID = re.compile(r"hrk[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Renewal:
    """Keys older than ``lifetime_seconds`` are to be renewed; None: keys are good for ever."""

    commit: GroupCommit
    keyring: Keyring
    gate: Gate
    lifetime_seconds: float | None
    clock: Clock

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [web.post(PATH, answering_problems(self.renew))]

    def is_due(self, key: DeviceKey) -> bool:
        """Whether the device is to be asked for a new key."""
        return self.lifetime_seconds is not None and self.clock() - key.created_at > self.lifetime_seconds

    def told(self, key: DeviceKey) -> dict[str, Any]:
        """What the settings of an answer say to a device beside those that all are told."""
        return {SETTING: True} if self.is_due(key) else {}

    async def renew(self, request: web.Request) -> web.Response:
        """Take the digest of a device's next key, which works from then on beside the present one."""
        caller, _ = await self.gate.caller(request)
        key_id, digest = _asked(await read_json(request, _MOST_BYTES))
        work = partial(keys.announce, present=caller, key_id=key_id, digest=digest, now=self.clock())
        new, forgotten = await self.commit.perform(work)
        self.keyring.forget(forgotten)
        self.keyring.put(new)
        return web.json_response({})

    async def settle(self, key: DeviceKey) -> None:
        """End the key that this one takes the place of, if there is one: it was used, so the device has it."""
        if key.replaces:
            await self._settle(key)

    async def _settle(self, key: DeviceKey) -> None:
        now = self.clock()

        def work(connection: Connection) -> tuple[DeviceKey, tuple[str, ...]]:
            return keys.settle(connection, key, now)

        settled, ended = await self.commit.perform(work)
        self.keyring.forget(ended)
        self.keyring.put(settled)


def _asked(raw: bytes) -> tuple[str, bytes]:
    document = json_object(raw, {"key_id", "secret_sha256"})
    key_id, digest = document["key_id"], document["secret_sha256"]
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise RefusedError(422, "key_id: expected hrk and 16 hexadecimal digits in lower case")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise RefusedError(422, "secret_sha256: expected 64 hexadecimal digits in lower case")
    return key_id, bytes.fromhex(digest)
