"""Who is calling: device keys in memory, so that a report costs no look-up in the store.

All working keys are loaded at start. A key that is not here is looked for in the store once (another replica may have
given it out), and keys revoked by another process are dropped within ``REFRESH_SECONDS``.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device
from homeroom_collector.store import Store, keys, secrets
from homeroom_collector.store.keys import DeviceKey

REFRESH_SECONDS = 10.0
# A revocation is dated by the clock of the process that made it; look back far enough for that clock to differ.
_LOOK_BACK_SECONDS = 120.0


class Keyring:
    """Device keys by id. Not a cache with misses in the normal case: it holds every key."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: dict[str, DeviceKey] = {}
        self._current_at = 0.0

    def __len__(self) -> int:
        return len(self._keys)

    async def load(self, devices: Mapping[int, Device] = MappingProxyType({})) -> None:
        """Take in every working key. ``devices`` are those that were read already, by number."""
        self._current_at = time.time()
        read = await self._store.read(partial(keys.working, known=devices))
        self._keys = {key.key_id: key for key in read}

    async def drop_revoked(self) -> None:
        """Forget what was revoked lately, by whom ever."""
        now, since = time.time(), self._current_at - _LOOK_BACK_SECONDS
        self.forget(await self._store.read(lambda connection: keys.revoked_since(connection, since)))
        self._current_at = now

    def put(self, key: DeviceKey) -> None:
        """Let a new key in."""
        self._keys[key.key_id] = key

    def forget(self, key_ids: Iterable[str]) -> None:
        """Let keys in no more."""
        for key_id in key_ids:
            self._keys.pop(key_id, None)

    def forget_devices(self, device_ids: Collection[str]) -> None:
        """Ask the store anew about devices, because they belong to another school now."""
        self.forget([key_id for key_id, key in self._keys.items() if key.device_id in device_ids])

    def forget_device(self, device_id: str) -> None:
        """Let all keys of a device in no more."""
        self.forget([key.key_id for key in self._keys.values() if key.device_id == device_id])

    def known(self, authorization: str | None) -> DeviceKey | None:
        """Whose key the ``Authorization`` header carries, None where it is not here or not right."""
        parts = _bearer(authorization)
        key = self._keys.get(parts[0]) if parts else None
        return key if key and parts and secrets.matches(parts[1], key.digest) else None

    async def look_up(self, authorization: str | None) -> DeviceKey:
        """Look in the store for a key that is not here. Raises RefusedError 401 where it does not exist either."""
        parts = _bearer(authorization)
        if parts is None:
            raise RefusedError(401, "send the device key as: Authorization: Bearer KEY")
        key_id, secret = parts
        key = self._keys.get(key_id) or await self._store.read(lambda connection: keys.find(connection, key_id))
        if key is None or not secrets.matches(secret, key.digest):
            raise RefusedError(401, "this device key is not known or was revoked; enrol the device again")
        self.put(key)
        return key


def _bearer(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, text = (authorization or "").partition(" ")
    return secrets.split(text.strip()) if scheme.lower() == "bearer" else None


class Caller(Protocol):
    """What taking a report in needs to know of the one who sent it."""

    @property
    def number(self) -> int:
        """Row of the device."""

    @property
    def device_id(self) -> str:
        """Public name of the device."""

    @property
    def school_id(self) -> str:
        """School whose days count."""

    @property
    def writer(self) -> str:
        """Who of the device numbers the reports."""
