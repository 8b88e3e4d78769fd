"""``homeroom doctor``: what is wrong around this collector, and what to do about it."""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from collections.abc import AsyncIterator
from functools import partial

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, wait_for
from homeroom_collector.config import Settings, load, own_url
from homeroom_collector.doctor import certificates, gear, reaching, secrets_at_hand, storing, telling
from homeroom_collector.doctor.finding import Finding, fail, ok
from homeroom_collector.errors import CollectorError, ConfigError
from homeroom_collector.snmp.target_files import TargetFiles
from homeroom_collector.sources.from_settings import keeper_of
from homeroom_collector.store import Store, health, schools
from homeroom_collector.tickets import settings as ticket_settings
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.settings import TicketSettings

_COLUMNS = ("check", "status", "says", "do")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    """Print everything that was looked at; 1 where something does not work. Warnings alone are 0."""
    try:
        settings = load(options.config)
        tickets = ticket_settings.load(settings.tickets.file)
    except ConfigError as error:
        found = [fail("configuration", problem, "homeroom check-config shows all of it") for problem in error.problems]
    else:
        found = wait_for(_all(settings, tickets))
    show([dataclasses.asdict(each) for each in found], _COLUMNS, options.format)
    return int(any(each.status == "fail" for each in found))


async def _all(settings: Settings, tickets: TicketSettings) -> list[Finding]:
    return [finding async for finding in _look(settings, tickets, time.time())]


async def _look(settings: Settings, tickets: TicketSettings, now: float) -> AsyncIterator[Finding]:
    yield ok("configuration", "in order")
    listen = settings.listen
    if listen.tls is not None:
        for finding in certificates.look(listen.tls.certificate, listen.tls.key, now):
            yield finding
    yield await reaching.port(listen, own_url(listen, listen.port))
    for finding in secrets_at_hand.look((settings, tickets), os.environ):
        yield finding
    async for finding in _store(settings, now):
        yield finding
    async for finding in _gear(settings):
        yield finding
    async for finding in _others(settings, tickets):
        yield finding


async def _store(settings: Settings, now: float) -> AsyncIterator[Finding]:
    store = Store(settings.store.url)
    try:
        whole = True
        async for finding in storing.look(store, settings.store.url):
            whole &= finding.status == "ok" or finding.check not in ("store", "store integrity", "store schema")
            yield finding
        if not whole:
            return
        for finding in telling.look(await store.read(partial(health.told, since=now - telling.DAY_SECONDS)), now):
            yield finding
        known = await store.read(schools.listed)
        yield telling.year(await keeper_of(settings, store).recall(now), known, now)
    except CollectorError as error:
        yield fail("store", str(error), "see the findings above; then look again")
    finally:
        await store.close()


async def _gear(settings: Settings) -> AsyncIterator[Finding]:
    try:
        followed = TargetFiles(settings.snmp, os.environ)
    except ConfigError as error:
        for problem in error.problems:
            yield fail("snmp", problem, "see docs/snmp.md on credentials and target files")
        return
    if followed.targets:
        async for finding in gear.look(followed.targets, settings.snmp.engine):
            yield finding


async def _others(settings: Settings, tickets: TicketSettings) -> AsyncIterator[Finding]:
    """Everybody else whom the collector has to reach."""
    for name in ("alertmanager", *DESKS):
        if (url := getattr(getattr(tickets, name, None), "url", None)) is not None:
            yield await reaching.reach("prometheus" if name == "alertmanager" else "help desk", url)
    for endpoint in settings.remote_write.endpoints:
        yield await reaching.reach("prometheus", endpoint.url)
    if settings.access.openid is not None:
        yield await reaching.reach("sign-in", settings.access.openid.issuer)
