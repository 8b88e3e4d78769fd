"""``homeroom snmp discover``: find network gear in some networks, and write targets for the configuration."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from homeroom_collector import strict
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import DEFAULT_CONFIG, add_format
from homeroom_collector.config import Settings, load
from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.discovery.found_targets import school_finder, targets_of
from homeroom_collector.snmp.discovery.merge import merged
from homeroom_collector.snmp.discovery.search import Discovery, Found, Manners, Way, addresses, identity
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.session import Credentials
from homeroom_collector.snmp.targets import ways_of
from homeroom_collector.sources import schools

_COLUMNS = (
    "address",
    "name",
    "kind",
    "vendor",
    "model",
    "version",
    "serial",
    "profile",
    "credentials",
    "school",
    "also",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    parser.add_argument("networks", nargs="+", metavar="NETWORK", help="10.0.0.0/22, 10.0.0.1-10.0.0.9 or an address")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"credentials, schools and profiles (default: {DEFAULT_CONFIG})"
    )
    parser.add_argument("--community", action="append", help="ask with this instead of the configured credentials")
    parser.add_argument("--dry-run", action="store_true", help="say what would be asked, and ask nobody")
    parser.add_argument("--output", type=Path, metavar="FILE", help="add targets to this YAML file (snmp.targets_from)")
    parser.add_argument("--rate", type=float, default=50.0, metavar="N", help="addresses a second (50)")
    parser.add_argument("--at-once", type=int, default=64, metavar="N", help="addresses asked at once (64)")
    parser.add_argument("--timeout", type=float, default=1.0, metavar="SECONDS", help="for each try (1)")
    parser.add_argument("--retries", type=int, default=1, metavar="N", help="after the first try (1)")
    parser.add_argument("--port", type=int, default=161, help="port to ask (161)")
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    """Search, print what was found, and write what was asked for."""
    try:
        wanted = addresses(options.networks)
    except ValueError as error:
        raise ConfigError([str(error)]) from None
    settings = _settings(options)
    ways = _ways(options, settings)
    if options.dry_run:
        _announce(options, len(wanted), ways)
        return 0
    school_of = _school_finder(settings)
    found = merged(asyncio.run(_search(options, settings, ways, wanted)))
    show([_row(device, school_of) for device in found], _COLUMNS, options.format)
    for device in found:
        if device.trouble:
            print(f"{device.address}: {device.trouble}", file=sys.stderr)
    if options.output:
        _write(options, found, school_of)
    return 0


def _settings(options: argparse.Namespace) -> Settings | None:
    if options.config is None and options.community and not DEFAULT_CONFIG.exists():
        return None
    return load(options.config or DEFAULT_CONFIG)


def _ways(options: argparse.Namespace, settings: Settings | None) -> list[Way]:
    if options.community:
        return [Way(name=text, credentials=Credentials(community=Secret(text))) for text in options.community]
    assert settings is not None
    known = ways_of(settings.snmp, os.environ)
    if not known:
        raise ConfigError(["snmp.credentials: there are none to ask with; add some, or give --community"])
    return [Way(name=name, credentials=credentials) for name, credentials in known.items()]


def _school_finder(settings: Settings | None) -> Callable[[str], str]:
    file = settings.schools.file if settings else None
    return school_finder(schools.read(file) if file else ())


def _announce(options: argparse.Namespace, count: int, ways: list[Way]) -> None:
    longest = max(count / options.rate, count / options.at_once * options.timeout * (options.retries + 1) * len(ways))
    print(f"would ask {count} addresses at port {options.port}")
    print(f"with {len(ways)} credentials: {', '.join(way.name for way in ways)}")
    print(f"at most {options.rate:g} addresses a second and {options.at_once} at once: up to {longest:.0f} s")


async def _search(
    options: argparse.Namespace, settings: Settings | None, ways: list[Way], wanted: list[str]
) -> list[Found]:
    manners = Manners(
        addresses_per_second=options.rate,
        at_once=options.at_once,
        timeout_seconds=options.timeout,
        retries=options.retries,
        port=options.port,
    )
    engines = Engines(settings.snmp.engine if settings else "gufo")
    catalog = load_catalog(*(settings.snmp.profiles if settings else ()))
    try:
        with _progress() as progress:
            task = progress.add_task("0 found", total=len(wanted))
            count = 0

            def done(_address: str, found: Found | None) -> None:
                nonlocal count
                count += found is not None
                progress.update(task, advance=1, description=f"{count} found")

            return await Discovery(engines, ways, catalog, manners, on_address=done).search(wanted)
    finally:
        await engines.close()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=_stderr(), disable=not sys.stderr.isatty(), transient=True)


def _stderr() -> Console:
    return Console(stderr=True)


def _row(device: Found, school_of: Callable[[str], str]) -> dict[str, Any]:
    known = identity(device)
    system = device.gear.system if device.gear else None
    return {
        "address": device.address,
        "name": system.name if system else None,
        "kind": known.kind if device.gear else None,
        "vendor": known.vendor,
        "model": known.model,
        "version": known.version,
        "serial": known.serial,
        "profile": known.profile,
        "credentials": device.way,
        "school": school_of(device.address) or None,
        "also": " ".join(device.also) or None,
    }


def _write(options: argparse.Namespace, found: list[Found], school_of: Callable[[str], str]) -> None:
    path: Path = options.output
    present = strict.read_yaml(path) if path.exists() else []
    if not isinstance(present, list):
        raise ConfigError([f"{path}: not a list of targets"])
    targets = targets_of(found, present, school_of, port=options.port)
    strict.write_yaml(path, targets)
    print(f"{path}: {len(targets) - len(present)} targets added, {len(present)} kept", file=sys.stderr)
