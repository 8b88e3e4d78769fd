"""``homeroom devices``: the register of devices; ``accept``, ``reject`` and ``rekey`` single ones."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.model import Standing
from homeroom_collector.store import Connection, devices, keys, standing

_COLUMNS = (
    "device_id", "device_class", "school_id", "grade_band", "name", "serial", "manufacturer", "model",
    "platform", "standing", "enrolled_at", "received_at",
)  # fmt: skip
_Act = Callable[[Connection, int, float], str | None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--school", metavar="ID", help="only those of one school")
    parser.add_argument("--standing", choices=get_args(Standing), help="only those that stand so")
    actions = parser.add_subparsers(metavar="ACTION", title="actions (without one, the list)")
    for name, (act, text) in _ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text)
        # Left out, it must not hide what stands before the action.
        action.add_argument("--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="configuration")
        action.add_argument("name", nargs="+", help="device id or serial number")
        action.set_defaults(run=partial(_each, act=act))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    rows = wait_for(_rows(settings_of(options), options.school, options.standing))
    show(rows, _COLUMNS, options.format)
    return 0


async def _rows(settings: Settings, school_id: str | None, wanted: Standing | None) -> list[dict[str, Any]]:
    async with store_of(settings) as store:
        return await store.read(partial(devices.with_last_report, school_id=school_id, standing=wanted))


def _each(options: argparse.Namespace, act: _Act) -> int:
    """Do one thing to each device that is named; 1 where one is not known or stands so already."""
    said = wait_for(_acted(settings_of(options), options.name, act))
    for fine, line in said:
        print(line, file=sys.stdout if fine else sys.stderr)
    return int(not all(fine for fine, _ in said))


async def _acted(settings: Settings, names: Sequence[str], act: _Act) -> list[tuple[bool, str]]:
    def work(connection: Connection) -> list[tuple[bool, str]]:
        found, now = standing.named(connection, names), time.time()
        return [_one(connection, name, found.get(name, []), act, now) for name in names]

    async with store_of(settings) as store:
        return await store.write(work)


def _one(connection: Connection, name: str, rows: Sequence[dict[str, Any]], act: _Act, now: float) -> tuple[bool, str]:
    if len(rows) != 1:
        return False, f"{name}: {'several devices; use the device id' if rows else 'no such device'}"
    done = act(connection, rows[0]["number"], now)
    return done is not None, f"{name}: {done or 'it is ' + rows[0]['standing'] + ' already'}"


def _accept(connection: Connection, number: int, now: float) -> str | None:
    before: tuple[Standing, ...] = ("quarantined", "rejected")
    done = standing.decide(connection, number, before, "accepted", "by a person", now)
    return "accepted" if done else None


def _reject(connection: Connection, number: int, now: float) -> str | None:
    before: tuple[Standing, ...] = ("quarantined", "accepted")
    done = standing.decide(connection, number, before, "rejected", "by a person", now)
    return "rejected; its keys end, and it cannot enrol again" if done else None


def _rekey(connection: Connection, number: int, now: float) -> str | None:
    ended = len(keys.revoke_all(connection, number, now))
    return f"keys ended: {ended}; whoever had one has to enrol again"


_ACTIONS: dict[str, tuple[_Act, str]] = {
    "accept": (_accept, "let devices in that wait in quarantine, or that were rejected"),
    "reject": (_reject, "end the keys of devices and keep them out; what they reported is kept, and counts nowhere"),
    "rekey": (_rekey, "end the keys of devices; each enrols again where its token is still valid"),
}
