"""``homeroom poll``: a satellite, which polls the network gear of one school and forwards to the collector."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path

from homeroom_agent.errors import SpoolError
from homeroom_collector import logs, satellite
from homeroom_collector.errors import CollectorError
from homeroom_collector.satellite import SatelliteSettings
from homeroom_collector.satellite.settings import token_of
from homeroom_collector.snmp.target_files import TargetFiles
from homeroom_collector.systemd import told_to_systemd

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("configs/satellite.yml"),
        metavar="FILE",
        help="configuration (default: %(default)s)",
    )
    parser.add_argument("--check", action="store_true", help="check the configuration, and poll nothing")


def run(options: argparse.Namespace) -> int:
    """Poll until SIGTERM or SIGINT."""
    settings = satellite.load(options.config)
    if options.check:
        found = TargetFiles(settings.snmp, os.environ).targets
        token_of(settings.collector)
        print(f"{options.config}: in order, {len(found)} targets")
        return 0
    logs.follow(settings.log)
    try:
        asyncio.run(_until_signal(settings))
    except SpoolError as error:
        raise CollectorError(str(error)) from None
    return 0


async def _until_signal(settings: SatelliteSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work, told = asyncio.create_task(satellite.run(settings)), asyncio.create_task(stop.wait())
    async with told_to_systemd():
        await asyncio.wait((work, told), return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        work.cancel()
    told.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    _log.info("stopped")
