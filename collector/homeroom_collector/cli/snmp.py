"""``homeroom snmp``: ask one device, list the device families that are known."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any, get_args

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.cli import snmp_discover
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_format
from homeroom_collector.errors import ConfigError
from homeroom_collector.snmp import probe, target_text
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge import listing as profile_listing
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.recording import record
from homeroom_collector.snmp.session import (
    AuthProtocol,
    Credentials,
    Endpoint,
    EngineName,
    PrivProtocol,
    Secret,
    SnmpVersion,
)

AUTH_VARIABLE, PRIV_VARIABLE = "HOMEROOM_SNMP_AUTH_PASSWORD", "HOMEROOM_SNMP_PRIV_PASSWORD"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    parser.set_defaults(run=run_probe)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    about = "ask one device for everything it tells"
    one = commands.add_parser("probe", help=about, description=about)
    _add_probe(one)
    one.set_defaults(run=run_probe)
    about = "find network gear in some networks"
    search = commands.add_parser("discover", help=about, description=about)
    snmp_discover.add_arguments(search)
    search.set_defaults(run=snmp_discover.run)
    about = "list the device families that are known, and check profiles of your own"
    families = commands.add_parser("profiles", help=about, description=about)
    families.add_argument("--directory", type=Path, action="append", default=[], help="profiles of your own")
    add_format(families)
    families.set_defaults(run=run_profiles)


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET[:PORT]", type=_target)
    parser.add_argument("--community", default="public", help="versions 1 and 2c (public)")
    parser.add_argument(
        "--version", choices=get_args(SnmpVersion), help="2c, falling back to 1; 3 where --user is given"
    )
    parser.add_argument("--user", help="SNMPv3 user")
    parser.add_argument("--auth", choices=get_args(AuthProtocol), help=f"password from {AUTH_VARIABLE} or a prompt")
    parser.add_argument("--priv", choices=get_args(PrivProtocol), help=f"password from {PRIV_VARIABLE} or a prompt")
    parser.add_argument("--context", default="", help="SNMPv3 context")
    parser.add_argument("--engine", choices=get_args(EngineName), default="gufo")
    parser.add_argument("--timeout", type=_positive, default=1.0, metavar="SECONDS", help="for each try (1)")
    parser.add_argument("--retries", type=_count, default=2, metavar="N", help="after the first try (2)")
    parser.add_argument("--max-repetitions", type=_count, default=20, metavar="N", help="at most; 0 is no GETBULK")
    parser.add_argument(
        "--profiles", type=Path, action="append", default=[], metavar="DIR", help="profiles of your own"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="write all it answers as .snmprec, scrubbed, too")
    add_format(parser)


def run_probe(options: argparse.Namespace) -> int:
    """Print what the device tells. Exit status 1 where it does not answer or cannot be understood."""
    ways = _ways(options)
    if options.record and not options.record.parent.is_dir():
        raise ConfigError([f"{options.record}: cannot be written: {options.record.parent} is no folder"])
    gear = asyncio.run(_probe(options, ways))
    host, port = options.target
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _show(probe.document(target, gear), options.format)
    if options.record and gear.reachable:
        asyncio.run(_record(options, next(way for way in ways if way.version == gear.snmp_version)))
    return 0 if gear.reachable else 1


async def _probe(options: argparse.Namespace, ways: list[Credentials]) -> NetworkGear:
    engines = Engines(options.engine)
    try:
        return await probe.probe(engines, _endpoint(options), ways, load_catalog(*options.profiles))
    finally:
        await engines.close()


def _endpoint(options: argparse.Namespace) -> Endpoint:
    host, port = options.target
    return Endpoint(
        host=host,
        port=port,
        timeout_seconds=options.timeout,
        retries=options.retries,
        max_repetitions=options.max_repetitions,
    )


async def _record(options: argparse.Namespace, way: Credentials) -> None:
    def tell(count: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{count} values", end="", file=sys.stderr, flush=True)

    text = await record.record(_endpoint(options), way, tell)
    try:
        options.record.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{options.record}: cannot be written: {error.strerror}"]) from None
    print(f"{options.record}: {text.count(chr(10))} values. Read it through before you send it.", file=sys.stderr)


def run_profiles(options: argparse.Namespace) -> int:
    """Print the families; exit status 1 where a profile is wrong, with every finding on stderr."""
    findings = profile_listing.check_profiles(options.directory)
    if findings:
        print("\n".join(findings), file=sys.stderr)
        return 1
    rows = [dataclasses.asdict(row) for row in profile_listing.list_profiles(load_catalog(*options.directory))]
    show(rows, [field.name for field in dataclasses.fields(profile_listing.Listed)], options.format)
    return 0


def _ways(options: argparse.Namespace) -> list[Credentials]:
    version = options.version or ("3" if options.user else None)
    if version == "3":
        return [_user(options)]
    if options.user or options.auth or options.priv:
        raise ConfigError([f"--user, --auth and --priv are of SNMPv3, not of version {version}"])
    community = Secret(options.community)
    versions: list[SnmpVersion] = [options.version] if options.version else ["2c", "1"]
    return [Credentials(version=each, community=community) for each in versions]


def _user(options: argparse.Namespace) -> Credentials:
    if not options.user:
        raise ConfigError(["--user: SNMPv3 needs one"])
    if options.priv and not options.auth:
        raise ConfigError(["--priv: SNMPv3 has no privacy without authentication; add --auth"])
    return Credentials(
        version="3",
        user=options.user,
        auth_protocol=options.auth,
        auth_password=_password(AUTH_VARIABLE, "authentication") if options.auth else None,
        priv_protocol=options.priv,
        priv_password=_password(PRIV_VARIABLE, "privacy") if options.priv else None,
        context=options.context,
    )


def _password(variable: str, what: str) -> Secret:
    text = os.environ.get(variable)
    if text is None and sys.stdin.isatty():
        text = getpass.getpass(f"SNMPv3 {what} password: ")
    if not text:
        raise ConfigError([f"{variable}: not set, and nobody is there to type the {what} password"])
    if len(text) < 8:
        raise ConfigError([f"{variable}: SNMPv3 passwords have at least 8 characters (RFC 3414)"])
    return Secret(text)


def _show(document: dict[str, Any], style: str) -> None:
    if style == "json":
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    facts = [{"fact": path, "value": value} for path, value in probe.flat(_heads(document, style))]
    show(facts, ["fact", "value"], style)
    if style == "table":
        for section, rows in document.items():
            if isinstance(rows, list) and rows:
                print(section)
                show(rows, list(rows[0]), style)


def _heads(document: dict[str, Any], style: str) -> dict[str, Any]:
    """Everything for CSV; for people what is no list, the lists being tables of their own."""
    return {name: value for name, value in document.items() if style == "csv" or not isinstance(value, list)}


def _target(text: str) -> tuple[str, int]:
    try:
        return target_text.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 3600")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1000")
    return number
