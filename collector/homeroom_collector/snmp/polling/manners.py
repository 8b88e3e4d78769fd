"""What polling has found out about devices and is worth keeping across a restart.

Without it a collector that restarts would try every credential on every device again, and send GETBULKs to agents that
choke on them. Owns when it is kept; where, is its memory's, which comes from outside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from homeroom_collector.errors import CollectorError

_log = logging.getLogger(__name__)
_KEEP_EVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one device wants to be asked.

    ``way`` is the name of the credentials that work, ``max_repetitions`` 0 says that it must not get GETBULK, and
    ``engine_id`` (hexadecimal) is what the device signs its SNMPv3 notifications with; None where nobody could ask.
    """

    way: str
    max_repetitions: int
    max_bindings: int
    engine_id: str | None = None


class MannerMemory(Protocol):
    """Keeps manners for good. Both raise CollectorError where it cannot."""

    async def recall(self) -> Mapping[str, Manner]:
        """Everything that is kept, by device id."""
        ...

    async def keep(self, manners: Mapping[str, Manner]) -> None:
        """Keep these, in place of what was kept of the same devices."""
        ...


class Manners:
    """What is known of all devices. ``on_news`` hears of each that is new or has changed."""

    def __init__(self, memory: MannerMemory | None = None) -> None:
        self.on_news: Callable[[str, Manner], None] = lambda _device_id, _manner: None
        self._memory = memory
        self._known: dict[str, Manner] = {}
        self._unkept: dict[str, Manner] = {}

    async def recall(self) -> None:
        """Remember what was kept; where that fails, everything is found out anew."""
        if self._memory is None:
            return
        try:
            kept = await self._memory.recall()
        except CollectorError as error:
            _log.warning("what devices can take is found out anew: %s", error)
            return
        for device_id, manner in kept.items():
            self._known.setdefault(device_id, manner)
            self.on_news(device_id, manner)

    def of(self, device_id: str) -> Manner | None:
        """What is known of one device."""
        return self._known.get(device_id)

    def note(self, device_id: str, manner: Manner) -> None:
        """Take note; cheap where nothing is new."""
        if self._known.get(device_id) == manner:
            return
        self._known[device_id] = self._unkept[device_id] = manner
        self.on_news(device_id, manner)

    async def keep(self) -> None:
        """Keep what is new. What cannot be kept now is tried again the next time."""
        if self._memory is None or not self._unkept:
            return
        taken, self._unkept = self._unkept, {}
        try:
            await self._memory.keep(taken)
        except CollectorError as error:
            self._unkept = taken | self._unkept
            _log.warning("what devices can take is not kept yet: %s", error)

    async def keep_on(self) -> None:
        """Keep what is new now and then, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(_KEEP_EVERY_SECONDS)
                await self.keep()
        finally:
            await self.keep()
