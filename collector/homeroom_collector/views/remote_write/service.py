"""Remote write as a part of the collector: one sender for each endpoint, until cancelled."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import aiohttp
from prometheus_client import CollectorRegistry

from homeroom_collector.fleet import Fleet
from homeroom_collector.store import Store, outbox
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures
from homeroom_collector.views.remote_write.points import Pointer
from homeroom_collector.views.remote_write.queue import Queue, Writer
from homeroom_collector.views.remote_write.receiver import Receiver
from homeroom_collector.views.remote_write.sender import ReadReport, Sender
from homeroom_collector.views.remote_write.settings import RemoteWriteSettings
from homeroom_collector.views.remote_write.state import StateRounds


async def keep_writing(
    settings: RemoteWriteSettings,
    store: Store,
    writer: Writer,
    fleet: Fleet,
    read: ReadReport,
    registry: CollectorRegistry,
) -> None:
    """Send to every endpoint. Raises ConfigError where a file of the settings cannot be used."""
    await writer.perform(partial(outbox.forget_others, endpoints=settings.names()))
    if not settings.endpoints:
        return
    measures = RemoteWriteMeasures(registry)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for endpoint in settings.endpoints:
            receiver, pointer = Receiver(endpoint, session), Pointer(settings.external_labels)
            queue = Queue(endpoint.name, store, writer, settings, measures, clock=time.time)
            sender = Sender(queue, receiver, pointer, StateRounds(fleet, pointer), read, settings, measures)
            group.create_task(sender.run(), name=f"remote write to {endpoint.name}")
