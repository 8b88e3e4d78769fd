"""``homeroom register``: the register of devices itself, where each field came from, and what changed when."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.errors import CollectorError, ConfigError
from homeroom_collector.rules import money
from homeroom_collector.rules.register import Entry, Merge, merged
from homeroom_collector.sources.asset_fields import COLUMNS, Mapped, Reader
from homeroom_collector.store import Connection, assets, schools

_SOURCE = "by hand"
_FIELD_COLUMNS = ("asset", "field", "value", "source")
_CHANGES = ("changed_at", "source", "subject", "field", "before", "after")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    kinds = parser.add_subparsers(metavar="WHAT", required=True)
    for name, text, run in (
        ("list", "every device with the fields of the register", _list),
        ("show", "one device: each field with the source it came from", _show),
        ("history", "the audit log: every change, of one device, school or all", _history),
        ("set", "change fields of one device; an empty value takes one away", _set),
    ):
        kind = kinds.add_parser(name, help=text)
        add_config(kind)
        add_format(kind)
        kind.set_defaults(run=run)
        _DECLARE[name](kind)


def _of_school(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--school", metavar="ID", help="only devices of one school")


def _of_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", help="asset tag, or serial number")


def _of_subject(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", nargs="?", help="asset tag, serial number or school; default: all")


def _of_change(parser: argparse.ArgumentParser) -> None:
    _of_device(parser)
    parser.add_argument("changes", nargs="+", metavar="COLUMN=VALUE", help=f"columns: {', '.join(COLUMNS)}")
    parser.add_argument("--source", default=_SOURCE, metavar="NAME", help="who says so (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="show every change, and make none")


_DECLARE = {"list": _of_school, "show": _of_device, "history": _of_subject, "set": _of_change}


def run(options: argparse.Namespace) -> int:
    """Never called: each kind has its own."""
    raise AssertionError(options)


def _list(options: argparse.Namespace) -> int:
    async def work() -> dict[int, Entry]:
        async with store_of(settings_of(options)) as store:
            return await store.read(assets.entries)

    found = [entry for entry in wait_for(work()).values() if options.school in (None, entry.asset.school_id)]
    show([_row(entry) for entry in found], tuple(COLUMNS), options.format)
    return 0


def _row(entry: Entry) -> dict[str, Any]:
    return {column: _said(field, getattr(entry.asset, field)) for column, (field, _) in COLUMNS.items()}


def _said(field: str, value: Any) -> Any:
    """As a file that is brought in would say it."""
    if value is None:
        return None
    return money.dollars(value) if field == "cost_cents" else value if isinstance(value, int) else str(value)


def _show(options: argparse.Namespace) -> int:
    async def work() -> Entry:
        async with store_of(settings_of(options)) as store:
            return (await store.read(partial(_found, name=options.asset)))[1]

    entry = wait_for(work())
    rows = [
        {"asset": entry.asset.name, "field": column, "value": value, "source": entry.sources.get(field)}
        for column, (field, _) in COLUMNS.items()
        if (value := _said(field, getattr(entry.asset, field))) not in (None, "")
    ]
    show(rows, _FIELD_COLUMNS, options.format)
    return 0


def _found(connection: Connection, name: str) -> tuple[int, Entry]:
    """A device by its asset tag, or else by its serial number. Raises CollectorError where there is none, or two."""
    known = assets.entries(connection)
    for field in ("asset_tag", "serial"):
        found = [each for each in known.items() if (getattr(each[1].asset, field) or "").upper() == name.upper()]
        if len(found) > 1:
            raise CollectorError(f"{name} is {len(found)} devices of the register; see homeroom reconcile")
        if found:
            return found[0]
    raise CollectorError(f"no device {name!r} in the register")


def _history(options: argparse.Namespace) -> int:
    async def work() -> list[dict[str, Any]]:
        async with store_of(settings_of(options)) as store:
            return await store.read(partial(assets.history, subject=options.asset))

    show([row | {"changed_at": row["at"]} for row in wait_for(work())], _CHANGES, options.format)
    return 0


def _set(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    today = datetime.now(ZoneInfo(settings.timezone)).date()

    async def work() -> Merge:
        async with store_of(settings) as store:
            return await store.write(partial(_changed, options=options, today=today))

    found = wait_for(work())
    name = found.entry.asset.name
    rows = [
        {"changed_at": None, "source": options.source, "subject": name, "field": each.field}
        | {"before": _said(each.field, each.before), "after": _said(each.field, each.after)}
        for each in found.changes
    ]
    show(rows, _CHANGES[1:], options.format)
    done = "to change" if options.dry_run else "changed"
    print(f"{name}: {len(rows)} fields {done}", file=sys.stderr)
    return 0


def _changed(connection: Connection, options: argparse.Namespace, today: date) -> Merge:
    """Change one device; who does it by hand wins over every source, and is remembered as the source."""
    values = _values(options.changes, Reader(Mapped(), schools.listed(connection)))
    if "state" in values and "state_on" not in values:
        values["state_on"] = today
    number, entry = _found(connection, options.asset)
    found = merged(entry, values, options.source, overwrite=True)
    if found.changes and not options.dry_run:
        assets.replace(connection, {number: found.entry})
        changes = [(entry.asset.name, change) for change in found.changes]
        assets.log(connection, changes, source=options.source, now=time.time())
    return found


def _values(pairs: Sequence[str], reader: Reader) -> dict[str, Any]:
    problems: list[str] = []
    values: dict[str, Any] = {}
    for pair in pairs:
        column, equals, text = pair.partition("=")
        if not equals or column not in COLUMNS:
            problems.append(f"{pair!r}: write column=value; columns: {', '.join(COLUMNS)}")
        elif not text.strip():
            values |= _nothing(column, problems)
        else:
            try:
                values |= reader.values([(column, text)])
            except ValueError as error:
                problems.append(str(error))
    if problems:
        raise ConfigError(problems)
    return values


def _nothing(column: str, problems: list[str]) -> dict[str, Any]:
    """An empty field. What names a device, and the state it is in, cannot be taken away."""
    field, _ = COLUMNS[column]
    if column in ("asset_tag", "serial", "state"):
        problems.append(f"{column}: cannot be empty")
    return {field: "" if column in ("school_id", "grade_band") else None}
