"""``homeroom restore``: let a backup take the place of the store."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from homeroom_collector.backup.restore import look, restore
from homeroom_collector.cli.backup import described, shown
from homeroom_collector.cli.options import add_config, settings_of, wait_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--replace", action="store_true", help="also where something is in the store already")
    parser.add_argument(
        "--identity", type=Path, metavar="FILE", help="age identity or SSH key that opens an encrypted backup"
    )
    parser.add_argument("--check", action="store_true", help="only read the whole backup and check it; touch no store")


def run(options: argparse.Namespace) -> int:
    """Check, replace, bring up to date."""
    if options.check:
        with shown("check") as progress:
            manifest = look(options.file, options.identity, progress)
        print(f"{options.file}: in order; {described(manifest)}")
        return 0
    url = settings_of(options).store.url
    with shown("restore") as progress:
        work = restore(url, options.file, options.identity, replace=options.replace, progress=progress)
        manifest, aside = wait_for(work)
    print(f"restored: {described(manifest)}")
    for old in aside:
        print(f"what was there before is kept as {old}; delete it when it is not needed", file=sys.stderr)
    return 0
