"""Rebuilding at start what is held in memory: schools, devices and the latest state of each."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import NamedTuple

from homeroom_collector.ingest.audience import Audience
from homeroom_collector.ingest.model_support import ModelEnds
from homeroom_collector.ingest.retelling import told
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.logs import LogSettings
from homeroom_collector.model import Device, School
from homeroom_collector.problems.ear import Ear
from homeroom_collector.recall.frames import Setup, unpack
from homeroom_collector.recall.processes import helping, processors
from homeroom_collector.recall.reading import Portion, Reader
from homeroom_collector.store import Store, assets, by_school, schools

_log = logging.getLogger(__name__)
# Two read as fast as one takes in. Few devices are here before another process has begun.
_HELPERS, _WORTH_HELP = 2, 20_000


class Hearers(NamedTuple):
    """Who must hear of what the store knows. ``on_google`` hears Google's facts of each device, as text."""

    audience: Audience
    on_school: Callable[[School], None]
    on_google: Callable[[str, str | None], None]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is held in memory, as the store has it.

    ``ends``, ``ear`` and ``log`` are what other processes need, which may read beside this one: ``helpers`` of them, or
    None for as many as help. ``portion`` is how many devices are read at once.
    """

    store: Store
    wire: Wire
    hearers: Hearers
    ends: ModelEnds
    ear: Ear
    log: LogSettings = field(default_factory=LogSettings)
    helpers: int | None = None
    portion: int = 2_500

    async def rebuild(self) -> dict[int, Device]:
        """Tell everything that the store knows; gives every device by its number."""
        started = time.monotonic()
        for school in await self.store.read(schools.listed):
            self.hearers.on_school(school)
        found: dict[int, Device] = {}
        async with aclosing(self._portions()) as portions:
            async for portion in portions:
                self._take(portion)
                found.update(portion.devices)
        _log.info("%d devices read from the store in %.1f s", len(found), time.monotonic() - started)
        return found

    async def _portions(self) -> AsyncGenerator[Portion, None]:
        shelved = await self.store.read(assets.shelved_serials)
        spans = await self.store.read(partial(by_school.spans, most=self.portion))
        reader = Reader(self.wire, self.ends, self.ear, shelved)
        setup = Setup(self.store.url, self.log, spans, shelved, self.ends.supported, self.ear)
        async with helping(setup, self._helpers(len(spans) * self.portion)) as helpers:
            turns = cycle(helpers or [None])
            for span in spans:
                helper = next(turns)
                packed = await helper.portion() if helper else None
                if packed is not None:
                    yield unpack(packed, self.wire, shelved)
                else:
                    yield await self.store.read(partial(reader.read, span=span))

    def _helpers(self, devices: int) -> int:
        if self.helpers is not None:
            return self.helpers
        return _HELPERS if devices > _WORTH_HELP and processors() > 1 else 0

    def _take(self, portion: Portion) -> None:
        audience = self.hearers.audience
        audience.bring_back(portion.sheets, portion.remarks)
        for device, stored in portion.others:
            audience.put_device(device)
            if device.standing == "accepted":
                for device_id, report, received_at, on_campus in told(stored, self.wire):
                    audience.apply(device_id, report, received_at, on_campus=on_campus)
        for device_id, google in portion.google:
            self.hearers.on_google(device_id, google)
