"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from homeroom_collector.config import Settings, load
from homeroom_collector.sources.from_settings import sync_schools
from homeroom_collector.store import Store, open_store

T = TypeVar("T")
DEFAULT_CONFIG = Path("configs/collector.yml")
FORMATS = ("table", "csv", "json")


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``."""
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help="configuration (default: %(default)s)"
    )


def add_format(parser: argparse.ArgumentParser) -> None:
    """``--format table|csv|json``."""
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: %(default)s)")


def day(text: str) -> date:
    """A date as people type it. Raises argparse's error with an example."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; for example 2026-02-09") from None


def settings_of(options: argparse.Namespace) -> Settings:
    """Read the configuration that was named."""
    return load(options.config)


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[Store]:
    """Open the store with the register of schools up to date, also before the collector ever ran."""
    async with open_store(settings.store.url) as store:
        await sync_schools(store, settings)
        yield store


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end."""
    return asyncio.run(work)
