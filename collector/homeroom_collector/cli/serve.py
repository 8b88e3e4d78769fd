"""``homeroom serve``: the collector itself."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import Callable

from aiohttp import web

from homeroom_collector.app import build
from homeroom_collector.cli.options import add_config, settings_of
from homeroom_collector.config import Listen, Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.tls import Certificate

NAME = "serve"
HELP = "run the collector"

_log = logging.getLogger(__name__)
_STOP_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = settings_of(options)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings))
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop where it exists: about a third less processor time per request. There is no build for Windows."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def serve(settings: Settings) -> None:
    """Serve until a signal comes, then finish what was begun."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    certificate = _certificate(settings.listen)
    # Bodies are decompressed within bounds by ingest, not by the server.
    runner = web.AppRunner(
        build(settings), access_log=None, auto_decompress=False, shutdown_timeout=_STOP_SECONDS, handle_signals=False
    )
    await runner.setup()
    try:
        await _listen(runner, settings.listen, certificate.context if certificate else None)
        await _until(stop, certificate)
    finally:
        await runner.cleanup()
    _log.info("stopped")


def _certificate(listen: Listen) -> Certificate | None:
    return Certificate(listen.tls.certificate, listen.tls.key) if listen.tls else None


async def _listen(runner: web.AppRunner, listen: Listen, context: ssl.SSLContext | None) -> None:
    site = web.TCPSite(runner, listen.host, listen.port, ssl_context=context, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        raise CollectorError(f"cannot listen on {listen.host}:{listen.port}: {error.strerror or error}") from None
    port = runner.addresses[0][1]
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    _log.info("serving on %s://%s:%d", "https" if context else "http", host, port)


async def _until(stop: asyncio.Event, certificate: Certificate | None) -> None:
    async with asyncio.TaskGroup() as group:
        following = group.create_task(certificate.follow()) if certificate else None
        await stop.wait()
        if following:
            following.cancel()
    _log.info("stopping")
