"""``homeroom google sync|dry-run``: Chromebooks from Google's register and telemetry."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.sources.google.rehearsal import COLUMNS, rehearsed, units
from homeroom_collector.sources.google.service import calling
from homeroom_collector.sources.google.sync import GoogleSync, Step
from homeroom_collector.store import schools


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    syncing = commands.add_parser("sync", help="read both lists now; goes on where a sync was interrupted")
    add_config(syncing)
    syncing.set_defaults(run=_sync)
    rehearsing = commands.add_parser("dry-run", help="list organisational units and the school each would go to")
    add_config(rehearsing)
    add_format(rehearsing)
    rehearsing.set_defaults(run=_rehearse)


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _sync(options: argparse.Namespace) -> int:
    counts = wait_for(_synced(_settings(options)))
    listed = [f"{count} {what}" for what, count in counts.items() if count]
    print(", ".join(listed) or "nothing to do")
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    settings = settings_of(options)
    if settings.google.key_file is None:
        raise ConfigError([f"{options.config}: google.key_file: missing; see docs/google.md"])
    return settings


async def _synced(settings: Settings) -> Counter[str]:
    counts: Counter[str] = Counter()
    async with store_of(settings) as store, calling(settings.google) as calls:
        with _progress() as shown:

            def hear(step: Step) -> None:
                _count(counts, step)
                shown(step)

            await GoogleSync(calls, settings.google, store.write, Wire(), on_page=hear).run()
    return counts


def _count(counts: Counter[str], step: Step) -> None:
    counts["devices added"] += step.written.added
    counts[f"new in {step.api}"] += len(step.written.changed)
    counts[f"as before in {step.api}"] += step.written.same
    counts[f"unknown in {step.api}"] += step.written.unknown
    counts[f"unreadable in {step.api}"] += step.page.unreadable


@contextmanager
def _progress() -> Iterator[Callable[[Step], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:

        def show_step(step: Step) -> None:
            expected = None if step.expected is None else max(step.expected, step.devices)
            if step.api not in tasks:
                tasks[step.api] = progress.add_task(step.api, total=expected)
            progress.update(tasks[step.api], completed=step.devices, total=expected)

        yield show_step


def _rehearse(options: argparse.Namespace) -> int:
    rows = wait_for(_rehearsed(_settings(options)))
    show(rows, COLUMNS, options.format)
    return 1 if any(row["note"] not in (None, "ignored") for row in rows) else 0


async def _rehearsed(settings: Settings) -> list[dict[str, object]]:
    async with store_of(settings) as store, calling(settings.google) as calls:
        known = {school.school_id for school in await store.read(schools.listed)}
        return rehearsed(await units(calls, settings.google), settings.google.org_units, known)
