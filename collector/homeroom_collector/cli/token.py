"""``homeroom token create|list|revoke``: who may bring devices in, and which programs may call."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence

from homeroom_collector import strict
from homeroom_collector.access.roles import Role
from homeroom_collector.cli import api_token
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.cli.schools_known import check_schools
from homeroom_collector.config import Settings
from homeroom_collector.store import Connection, api_tokens, schools, tokens

_COLUMNS = ("token_id", "school_id", "grade_band", "label", "state", "uses", "uses_allowed", "created_at", "expires_at")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_create(commands.add_parser("create", help="make a token and print it; it is not shown again"))
    listing = commands.add_parser("list", help="list tokens, without their secrets")
    add_config(listing)
    add_format(listing)
    _add_kind(listing)
    listing.set_defaults(run=_list)
    revoking = commands.add_parser("revoke", help="make tokens worthless; enrolled devices stay")
    add_config(revoking)
    revoking.add_argument("token_id", nargs="+", help="as shown by list")
    revoking.set_defaults(run=_revoke)


def _add_create(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    _add_kind(parser)
    parser.add_argument(
        "--school", action="append", metavar="ID", help="school of the devices, or that a program may read (repeatable)"
    )
    parser.add_argument("--role", choices=sorted(Role), help="what a program may do (kind api)")
    parser.add_argument("--grade-band", default="", metavar="BAND", help="grade band of these devices, such as 6-8")
    parser.add_argument("--label", default="", metavar="TEXT", help="what it is for")
    parser.add_argument("--uses", type=_positive, metavar="N", help="how many devices (default: any number)")
    parser.add_argument(
        "--expires",
        type=_seconds,
        metavar="DURATION",
        help="how long, such as 30d (default: enrolment for ever, api 365d)",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: %(default)s)"
    )
    parser.set_defaults(run=_create, usage=parser.error)


def _add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind", choices=("enrol", "api"), default="enrol", help="for devices or programs (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _seconds(text: str) -> float:
    try:
        return strict.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _create(options: argparse.Namespace) -> int:
    api = options.kind == "api"
    if not api and (len(options.school or ()) != 1 or options.role is not None):
        options.usage("an enrolment token needs one --school, and no --role")
    text = wait_for(api_token.created(options) if api else _created(settings_of(options), options))
    if options.format == "json":
        schools = {"schools": options.school or []} if api else {"school_id": options.school[0]}
        text = json.dumps({"token": text, "token_id": text.partition(".")[0], **schools})
    print(text)
    return 0


async def _created(settings: Settings, options: argparse.Namespace) -> str:
    now, school_id = time.time(), options.school[0]

    def work(connection: Connection) -> str:
        check_schools([school_id], schools.listed(connection))
        return tokens.create(
            connection,
            school_id=school_id,
            now=now,
            grade_band=options.grade_band,
            label=options.label,
            uses_allowed=options.uses,
            expires_at=None if options.expires is None else now + options.expires,
        )

    async with store_of(settings) as store:
        return await store.write(work)


def _list(options: argparse.Namespace) -> int:
    if options.kind == "api":
        show(wait_for(api_token.listed(options)), api_token.COLUMNS, options.format)
        return 0
    now = time.time()
    rows = [
        dataclasses.asdict(token) | {"state": token.state(now)} for token in wait_for(_listed(settings_of(options)))
    ]
    show(rows, _COLUMNS, options.format)
    return 0


async def _listed(settings: Settings) -> list[tokens.Token]:
    async with store_of(settings) as store:
        return await store.read(tokens.listed)


def _revoke(options: argparse.Namespace) -> int:
    unknown = wait_for(_revoked(settings_of(options), options.token_id))
    for token_id in unknown:
        print(f"{token_id}: no such token, or revoked before", file=sys.stderr)
    return 1 if unknown else 0


async def _revoked(settings: Settings, token_ids: Sequence[str]) -> list[str]:
    now = time.time()

    def work(connection: Connection) -> list[str]:
        return [token_id for token_id in token_ids if not _revoke_one(connection, token_id, now)]

    async with store_of(settings) as store:
        return await store.write(work)


def _revoke_one(connection: Connection, token_id: str, now: float) -> bool:
    if token_id.startswith(api_tokens.PREFIX):
        return api_tokens.revoke(connection, token_id, now)
    return tokens.revoke(connection, token_id, now)
