"""``homeroom backup`` and ``homeroom restore``: everything that a store holds, into one file and back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from homeroom_collector.backup import Progress as Told
from homeroom_collector.backup import encryption
from homeroom_collector.backup.manifest import Manifest
from homeroom_collector.backup.take import take
from homeroom_collector.cli.options import add_config, settings_of, wait_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument("file", type=Path, help="the backup; replaced only once the new one is whole")
    parser.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="AGE1…",
        help="encrypt for this age key or public SSH key; may be repeated",
    )
    parser.add_argument(
        "--recipients-file", type=Path, metavar="FILE", help="encrypt for every recipient in a file, one a line"
    )


def run(options: argparse.Namespace) -> int:
    """Write the file and say what is in it."""
    to = encryption.recipients(options.recipient, options.recipients_file)
    with shown("backup") as progress:
        manifest = wait_for(take(settings_of(options).store.url, options.file, to, progress))
    hidden = "encrypted" if to else "not encrypted: whoever can read the file can read everything"
    print(f"{options.file}: {described(manifest)} ({hidden})")
    return 0


def described(manifest: Manifest) -> str:
    """What a backup holds, in one line."""
    taken = datetime.fromtimestamp(manifest.taken_at, UTC).isoformat(timespec="seconds")
    counted = ", ".join(f"{manifest.rows.get(name, 0):,} {name}" for name in ("devices", "assets", "daily", "tickets"))
    return f"{counted}; {manifest.kind}, tables {manifest.revision}, Homeroom {manifest.homeroom}, taken {taken}"


@contextmanager
def shown(what: str) -> Iterator[Told]:
    """A bar on the terminal, where there is one; nothing in a pipe or a log."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(bar, completed=done, total=of)
