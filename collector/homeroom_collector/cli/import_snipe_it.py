"""``homeroom import snipe-it``: the register from Snipe-IT's REST API, with a dry run that shows every change."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from homeroom_collector.cli.import_register import add_mapping, add_shared, bring_in, mapping_of
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.safe_url import safe
from homeroom_collector.secret import Secret
from homeroom_collector.sources.asset_fields import Parsed
from homeroom_collector.sources.snipe_it.calls import Patience, SnipeCalls
from homeroom_collector.sources.snipe_it.rows import parsed

HELP = "the register of devices from Snipe-IT; whom they are checked out to is never read"
TOKEN_VARIABLE = "HOMEROOM_SNIPE_IT_TOKEN"  # noqa: S105 - its name, not the secret
_USUAL = Patience()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_shared(parser, "snipe-it")
    add_mapping(parser)
    parser.add_argument(
        "--url", required=True, metavar="URL", help="Snipe-IT's address, such as https://assets.example"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help=f"file with the API token (default: ${TOKEN_VARIABLE})"
    )
    parser.add_argument(
        "--page", type=int, default=_USUAL.page, metavar="N", help="assets in one answer (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Import what can be; 1 where an asset is bad or contradicts another source."""
    if not safe(options.url):
        raise ConfigError([f"--url {options.url!r}: not an https address; the token would travel in the clear"])
    if options.page < 1:
        raise ConfigError(["--page: at least 1"])
    token, mapping = token_of(options.token_file, os.environ), mapping_of(options)

    async def read(schools: Sequence[School]) -> Parsed:
        async with aiohttp.ClientSession() as session:
            calls = SnipeCalls(session, options.url, token, Patience(page=options.page))
            return parsed([asset async for asset in calls.hardware()], mapping, schools)

    return bring_in(options, read)


def token_of(file: Path | None, environment: Mapping[str, str]) -> Secret:
    """The API token, out of a file or the environment, never from the command line, where others could read it."""
    try:
        text = file.read_text(encoding="utf-8").strip() if file else environment.get(TOKEN_VARIABLE, "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            [f"--token-file {file}: cannot be read: {getattr(error, 'strerror', None) or error}"]
        ) from None
    if not text.isprintable() or not text:
        raise ConfigError([f"no API token: name a file with --token-file, or set {TOKEN_VARIABLE}"])
    return Secret(text)
