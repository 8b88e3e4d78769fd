"""Reads spans of a store for the collector that started it: what is to be read on standard input, portions out.

Each portion is packed, behind its length; one that cannot be read or packed has the length 0.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from functools import partial
from typing import BinaryIO

from homeroom_collector import logs
from homeroom_collector.ingest.model_support import ModelEnds
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.recall.frames import Setup, pack, unpack_setup
from homeroom_collector.recall.processes import LENGTH_BYTES
from homeroom_collector.recall.reading import Reader
from homeroom_collector.store import Store
from homeroom_collector.store.by_school import Span

_log = logging.getLogger(__name__)


def main() -> int:
    """Read everything that is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which a terminal sends to all; the collector ends us
    logs.begin()
    setup = unpack_setup(sys.stdin.buffer.read())
    logs.follow(setup.log)
    try:
        asyncio.run(_read(setup, sys.stdout.buffer))
    except BrokenPipeError:
        return 1  # the collector has ended
    return 0


async def _read(setup: Setup, out: BinaryIO) -> None:
    store, wire = Store(setup.url, mapped=True), Wire()
    reader = Reader(wire, ModelEnds(setup.supported), setup.ear, setup.shelved)
    try:
        written: asyncio.Task[None] | None = None
        for span in setup.spans:
            packed = await _packed(store, span, reader, wire)
            if written is not None:
                await written  # one portion waits to be taken while the next is read
            written = asyncio.create_task(asyncio.to_thread(_write, out, packed))
        if written is not None:
            await written
    finally:
        await store.close()


def _write(out: BinaryIO, packed: bytes) -> None:
    out.write(len(packed).to_bytes(LENGTH_BYTES))
    out.write(packed)
    out.flush()


async def _packed(store: Store, span: Span, reader: Reader, wire: Wire) -> bytes:
    try:
        return pack(await store.read(partial(reader.read, span=span)), wire)
    except Exception:
        # The collector reads it itself, and says what is wrong with it where it cannot either.
        _log.exception("devices behind %s cannot be read aside", span.start)
        return b""
