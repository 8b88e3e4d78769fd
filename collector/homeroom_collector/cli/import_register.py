"""What all imports of devices share: a dry run that shows each change, conflicts by source, bad rows by their line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.register_plan import Plan
from homeroom_collector.sources.asset_fields import Mapped, Parsed, load_mapping
from homeroom_collector.store import importing, schools

COLUMNS = ("line", "asset", "outcome", "field", "before", "after", "reason")
Read = Callable[[Sequence[School]], Awaitable[Parsed]]
"""Reads a source, knowing the schools."""


def add_mapping(parser: argparse.ArgumentParser) -> None:
    """Options of sources whose fields may mean anything."""
    parser.add_argument("--map", action="append", default=[], metavar="'THEIRS=OURS'", help="what a field means")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="fields, words and dates of the source, as YAML")


def add_shared(parser: argparse.ArgumentParser, source: str) -> None:
    """Options that every import of devices has; ``source`` is the name it is remembered by."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--source", default=source, metavar="NAME", help="remembered with each field (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="let this source win over others that disagree")
    parser.add_argument("--dry-run", action="store_true", help="show every change, and make none")


def mapping_of(options: argparse.Namespace) -> Mapped:
    """The mapping file with what was said by ``--map``. Raises ConfigError."""
    mapping = load_mapping(options.mapping) if options.mapping else Mapped()
    columns = dict(mapping.columns)
    for pair in options.map:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs:
            raise ConfigError([f"--map {pair!r}: write 'Their Column=our_column'"])
        columns[theirs] = ours.strip()
    return replace(mapping, columns=columns)


def bring_in(options: argparse.Namespace, read: Read) -> int:
    """Import what can be; 1 where a row is bad or contradicts another source."""
    parsed, planned = wait_for(_done(settings_of(options), options, read))
    rows = _rows(parsed, planned, everything=options.dry_run)
    if rows or options.format != "table":
        show(rows, COLUMNS, options.format)
    print(_summary(parsed, planned, dry=options.dry_run), file=sys.stderr)
    return int(bool(parsed.bad or planned.bad or planned.conflicts))


async def _done(settings: Settings, options: argparse.Namespace, read: Read) -> tuple[Parsed, Plan]:
    async with store_of(settings) as store:
        parsed = await read(await store.read(schools.listed))
        return parsed, await importing.bring_in(
            store, parsed.rows, options.source, overwrite=options.overwrite, dry_run=options.dry_run
        )


def _rows(parsed: Parsed, planned: Plan, *, everything: bool) -> list[dict[str, Any]]:
    rows = [_row(bad.line, outcome="bad", reason=bad.reason) for bad in (*parsed.bad, *planned.bad)]
    for line, name, conflict in planned.conflicts:
        reason = f"{conflict.kept_source} says otherwise; kept. --overwrite lets the file win"
        rows.append(
            _row(
                line,
                asset=name,
                outcome="conflict",
                field=conflict.field,
                before=conflict.kept,
                after=conflict.refused,
                reason=reason,
            )
        )
    for line, name, change in planned.changes if everything else ():
        outcome = "change" if change.field else "add"
        after = change.after if change.field else None
        rows.append(_row(line, asset=name, outcome=outcome, field=change.field, before=change.before, after=after))
    return sorted(rows, key=lambda row: int(row["line"]))


def _row(line: int, **values: object) -> dict[str, Any]:
    return {"line": line} | {
        name: None if values.get(name) is None else str(values[name]) for name in COLUMNS if name != "line"
    }


def _summary(parsed: Parsed, planned: Plan, *, dry: bool) -> str:
    counts = (
        f"{len(planned.added)} {'to add' if dry else 'added'}, {len(planned.changed)} "
        f"{'to change' if dry else 'changed'}, {planned.same} as before, {_contradicted(planned)} in conflict, "
        f"{len(parsed.bad) + len(planned.bad)} bad"
    )
    ignored = _listed(parsed.ignored)
    return counts + (f"; columns not taken: {ignored}" if ignored else "")


def _contradicted(planned: Plan) -> int:
    return len({line for line, _, _ in planned.conflicts})


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
