"""Who may come in: the right key, from whoever does not send too much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from homeroom_collector.errors import RefusedError
from homeroom_collector.http.address import Addresses
from homeroom_collector.http.whole import Asking
from homeroom_collector.ingest.keyring import Keyring
from homeroom_collector.ingest.limits import Limits
from homeroom_collector.store.keys import DeviceKey


@dataclass(frozen=True, slots=True)
class Gate:
    """In front of every call of an agent. Raises RefusedError 401, and BusyError 429 where a limit is reached."""

    keyring: Keyring
    addresses: Addresses
    limits: Limits

    async def caller(self, request: Asking) -> tuple[DeviceKey, str]:
        """Whose key the request carries, and the address it comes from."""
        address = self.addresses.of(request)
        self.limits.admit_address(address)
        authorization = request.headers.get("Authorization")
        caller = self.keyring.known(authorization) or await self._look_up(authorization, address)
        self.limits.admit_device(caller.number)
        return caller, address

    def known_caller(self, request: Asking) -> tuple[DeviceKey, str] | None:
        """As :meth:`caller` where the key is known here; None, and nothing counted, where it has to be looked up."""
        caller = self.keyring.known(request.headers.get("Authorization"))
        if caller is None:
            return None
        address = self.addresses.of(request)
        self.limits.admit_address(address)
        self.limits.admit_device(caller.number)
        return caller, address

    async def _look_up(self, authorization: str | None, address: str) -> DeviceKey:
        with self._counting_failures(address):
            return await self.keyring.look_up(authorization)

    @contextmanager
    def stranger(self, request: Asking) -> Iterator[None]:
        """For a request without a key; where the block refuses it, that counts as a failure of its address."""
        address = self.addresses.of(request)
        self.limits.admit_address(address)
        with self._counting_failures(address):
            yield

    @contextmanager
    def _counting_failures(self, address: str) -> Iterator[None]:
        self.limits.admit_stranger(address)
        try:
            yield
        except RefusedError:
            self.limits.count_failure(address)
            raise
