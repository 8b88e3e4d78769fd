"""``homeroom sign-in``: a one-time link, for whoever may read the configuration and the store."""

from __future__ import annotations

import argparse
import getpass
import time

from homeroom_collector.access.link import make_link
from homeroom_collector.access.roles import PEOPLE, Grant, Role
from homeroom_collector.cli.options import add_config, settings_of, store_of, wait_for
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.config import Settings, own_url
from homeroom_collector.errors import ConfigError
from homeroom_collector.store import schools


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument("--role", choices=sorted(PEOPLE), default=Role.ADMIN, help="as what (default: %(default)s)")
    parser.add_argument("--school", action="append", metavar="ID", help="for this school only; may be repeated")
    parser.add_argument("--name", default=getpass.getuser(), help="who, for the audit (default: %(default)s)")
    parser.add_argument("--url", help="address of the collector, where browsers use another than it listens on")


def run(options: argparse.Namespace) -> int:
    """Print the link."""
    if options.role == Role.SCHOOL_STAFF and not options.school:
        raise ConfigError(["--school: missing; of which schools"])
    settings = settings_of(options)
    print(wait_for(_link(settings, options)))
    return 0


async def _link(settings: Settings, options: argparse.Namespace) -> str:
    grant = Grant(Role(options.role), frozenset(options.school) if options.school else None)
    base = options.url or own_url(settings.listen, settings.listen.port)
    async with store_of(settings) as store:
        check_schools(options.school or (), await store.read(schools.listed))
        return await make_link(store, base.rstrip("/"), options.name, grant, time.time() + settings.access.link)
