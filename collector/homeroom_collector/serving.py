"""From an application to a port: the runner and the site that every running collector uses."""

from __future__ import annotations

import ssl
from ipaddress import ip_network

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.config import Listen
from homeroom_collector.http.doorkeeper import Doorkeeper
from homeroom_collector.http.site import LANE, Site, files_for


def runner_of(app: web.Application, *, stop_seconds: float) -> web.AppRunner:
    """What runs an application; at the end it waits so long for requests that are under way."""
    return web.AppRunner(app, access_log=None, shutdown_timeout=stop_seconds, handle_signals=False)


def site_of(
    runner: web.AppRunner, listen: Listen, registry: CollectorRegistry, context: ssl.SSLContext | None = None
) -> Site:
    """Where it listens, within the bounds of the configuration."""
    bounds = listen.connections
    trusted = [ip_network(block) for block in listen.trusted_proxies]
    doorkeeper = Doorkeeper(files_for(bounds.most), bounds.per_address, trusted, registry)
    lane = runner.app.get(LANE)
    return Site(runner, listen.host, listen.port, doorkeeper=doorkeeper, bounds=bounds, lane=lane, ssl_context=context)
