"""``homeroom serve``: the collector itself."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import ssl
import sys
import time
from collections.abc import Callable

from aiohttp import web

from homeroom_collector import clock, logs
from homeroom_collector.access.link import make_link
from homeroom_collector.access.roles import Grant, Role
from homeroom_collector.app import COLLECTOR, build
from homeroom_collector.background import CRIPPLED
from homeroom_collector.cli.options import add_config, settings_of
from homeroom_collector.clock import Clock
from homeroom_collector.config import Listen, Settings, own_url
from homeroom_collector.errors import CollectorError
from homeroom_collector.http.address import parse
from homeroom_collector.serving import runner_of, site_of
from homeroom_collector.store.page_check import PageCheck
from homeroom_collector.systemd import told_to_systemd
from homeroom_collector.tls import Certificate

_log = logging.getLogger(__name__)
_STOP_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument(
        "--clock",
        type=_clock,
        default=Clock(),
        metavar="START@REALxSPEED",
        help="for training only: live in another time, as `homeroom simulate` does (two Unix times and a factor)",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = settings_of(options)
    logs.follow(settings.log)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, options.clock))
    return 0


def _clock(text: str) -> Clock:
    try:
        return clock.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop where it exists: about a third less processor time per request. There is no build for Windows."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def serve(settings: Settings, now: Clock | None = None) -> None:
    """Serve until a signal comes, then finish what was begun.

    Raises StoreDamagedError, also under way, and CollectorError where a part has ended that nothing works without.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    certificate = _certificate(settings.listen)
    app = build(settings, clock=now)
    runner = runner_of(app, stop_seconds=_STOP_SECONDS)
    if not await _set_up(runner, stop):
        _log.info("stopped before it was ready")
        return
    try:
        port = await _listen(runner, app, certificate.context if certificate else None)
        await _greet(app, settings, port)
        async with told_to_systemd():
            await _until(stop, app[CRIPPLED], app[COLLECTOR].pages, certificate)
    finally:
        await runner.cleanup()
    app[COLLECTOR].pages.raise_if_damaged()
    if app[CRIPPLED].is_set():
        raise CollectorError("stopped, since a part has ended that nothing works without; the log says which, and why")
    _log.info("stopped")


async def _set_up(runner: web.AppRunner, stop: asyncio.Event) -> bool:
    """Start every part; False where a signal came first. A store that does not answer is waited for without end."""
    starting, stopping = asyncio.create_task(runner.setup()), asyncio.create_task(stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if starting.done():
        await starting
        return True
    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting
    return False


def _certificate(listen: Listen) -> Certificate | None:
    return Certificate(listen.tls.certificate, listen.tls.key) if listen.tls else None


async def _listen(runner: web.AppRunner, app: web.Application, context: ssl.SSLContext | None) -> int:
    collector = app[COLLECTOR]
    listen = collector.settings.listen
    try:
        await site_of(runner, listen, collector.registry, context).start()
    except OSError as error:
        raise CollectorError(f"cannot listen on {listen.host}:{listen.port}: {error.strerror or error}") from None
    return int(runner.addresses[0][1])


async def _greet(app: web.Application, settings: Settings, port: int) -> None:
    """Say where we serve; where nobody could sign in otherwise and only this machine can come, how to sign in."""
    url = own_url(settings.listen, port)
    _log.info("serving on %s", url)
    access, address = settings.access, parse(settings.listen.host)
    local = settings.listen.host == "localhost" or (address is not None and address.is_loopback)
    if local and access.openid is None and access.proxy is None:
        expires_at = time.time() + access.link
        link = await make_link(app[COLLECTOR].store, url, "first sign-in", Grant(Role.ADMIN), expires_at)
        # Not a log line: logs are kept and sent on, and this is for whoever started us.
        print(f"Sign in once with: {link}", file=sys.stderr, flush=True)


async def _until(
    stop: asyncio.Event, crippled: asyncio.Event, pages: PageCheck, certificate: Certificate | None
) -> None:
    """Wait for a signal, or for a reason to end without one."""
    async with asyncio.TaskGroup() as group:
        following = group.create_task(certificate.follow()) if certificate else None
        ends = [asyncio.create_task(each) for each in (stop.wait(), crippled.wait(), pages.found_damage())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in (*ends, *([following] if following else ())):
            task.cancel()
    _log.info("stopping")
