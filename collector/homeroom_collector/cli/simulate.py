"""``homeroom simulate``: a pretended district of any size, at any speed, with troubles of known cause."""

from __future__ import annotations

import argparse
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom_collector.demo.rehearsal import Rehearsal, play
from homeroom_collector.errors import ConfigError
from homeroom_collector.simulate import files, script, world
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.simulate.stream import Pace
from homeroom_collector.strict import seconds

_EPILOG = """\
Without --start the district's day begins half an hour before the first bell of the next school day. The same seed,
script and dates give the same reports, byte for byte. What goes wrong, and when, is written to truth.csv.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    size = Size()
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("--schools", type=int, default=size.schools, help="schools (default: %(default)s)")
    add("--devices", type=int, default=size.devices, help="laptops of all schools (default: %(default)s)")
    add("--switches", type=int, default=size.switches, help="switches, one a school at least (default: %(default)s)")
    add("--access-points", type=int, help="access points (default: as many as switches)")
    add("--seed", type=int, default=7, help="what the district, and all that happens, is drawn from (default: 7)")
    add("--script", default="ordinary", metavar="NAME|FILE",
        help=f"what goes wrong: {', '.join(script.names())}, or a YAML file (default: %(default)s)")  # fmt: skip
    add("--start", metavar="WHEN", help="local date, or date and time, at which to begin: 2026-09-08T07:30")
    add("--lasts", type=_duration, default=seconds("8h"), metavar="TIME", help="how long, simulated (default: 8h)")
    add("--speed", type=float, default=60.0, help="simulated seconds in a second (default: %(default)s)")
    add("--history", type=_duration, default=0.0, metavar="TIME",
        help="bring in so much of the time before as late reports first (default: none)")  # fmt: skip
    add("--every", type=_duration, default=300.0, metavar="TIME", help="between reports of a laptop (default: 5m)")
    add("--poll", type=_duration, default=300.0, metavar="TIME",
        help="between polls of a device; 0s polls no gear (default: 5m)")  # fmt: skip
    add("--timezone", default="America/Chicago", help="time zone of the district (default: %(default)s)")
    add("--port", type=int, default=8080, help="collector's port; another is taken if it is in use")
    add("--folder", type=Path, default=Path("var/simulate"), help="where everything is kept (default: %(default)s)")
    add("--stay", action="store_true", help="keep the collector running at the end, until Ctrl-C")
    add("--write", action="store_true", help="only write the district's files: schools, register, calendar, truth")


def run(options: argparse.Namespace) -> int:
    """Play, or only write the files."""
    rehearsal = _rehearsal(options)
    if options.write:
        files.write(rehearsal.world, rehearsal.folder, snmp_port=161)
        print(f"schools.csv, devices.csv, calendar.yml, targets.yml and truth.csv are in {rehearsal.folder}")
        return 0
    return play(rehearsal)


def _rehearsal(options: argparse.Namespace) -> Rehearsal:
    """Put it together. Raises ConfigError with what is wrong."""
    wanted = script.load(options.script)
    begin = _begin(options.start, wanted, _zone(options.timezone))
    points = options.switches if options.access_points is None else options.access_points
    try:
        size = Size(schools=options.schools, devices=options.devices, switches=options.switches, access_points=points)
    except ValueError as error:
        raise ConfigError([f"--schools, --devices, --switches: {error}"]) from None
    if not 0.01 <= options.speed <= 10_000:
        raise ConfigError(["--speed: from 0.01 to 10000"])
    made = world.make(grow(size, seed=options.seed), wanted, start=begin.date(), zone=options.timezone)
    start = begin.timestamp() if begin.hour or begin.minute else _before_the_bell(made, begin.date())
    return Rehearsal(
        folder=options.folder.resolve(),
        port=options.port,
        world=made,
        start=start,
        seconds=options.lasts,
        speed=options.speed,
        pace=Pace(computers=options.every, gear=options.poll),
        history_seconds=options.history,
        stay=options.stay,
    )


def _begin(text: str | None, wanted: script.Script, zone: ZoneInfo) -> datetime:
    if text is None:
        day = wanted.start or datetime.fromtimestamp(time.time(), zone).date()
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise ConfigError([f"--start: {text!r} is not a date and time; for example 2026-09-08T07:30"]) from None


def _before_the_bell(made: world.World, day: date) -> float:
    """Half an hour before the first bell of the first school day from a date on."""
    first = made.years.school_day(day, 1)
    session = made.years.session("", first)
    assert session is not None
    return session[0] - 1800.0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError([f"--timezone: {name!r} is not known; for example America/Chicago"]) from None


def _duration(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
