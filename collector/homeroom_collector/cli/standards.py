"""``homeroom standards``: who meets the district's minimum, who does not, and why."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

from homeroom_collector.cli.decisions import add_today, known, today_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.decisions import gap, standards_settings
from homeroom_collector.decisions.district import District
from homeroom_collector.decisions.standards_settings import Minimum
from homeroom_collector.errors import CollectorError
from homeroom_collector.rules import rollup, school_standards
from homeroom_collector.rules.asset import WORKING, Assignment
from homeroom_collector.rules.standards import DeviceVerdict, judge
from homeroom_collector.rules.verdict import Verdict
from homeroom_collector.store import baselines

NAME = "standards"
HELP = "hold every device and school to the district's minimum, with reasons"

_DEVICE = (
    "asset", "serial", "school_id", "room", "grade_band", "assignment", "model", "verdict", "failed", "unknown",
    "passed",
)  # fmt: skip
_COUNTS = ("verdict", "devices", "passed", "failed", "unknown", "pass_ratio")
_SCHOOL = ("school_id", "name", "rule", "verdict", "measured", "required", "source")
_GAP = ("school_id", "grade_band", "rule", "baseline_at", "baseline_pass_ratio", "standard", "now_pass_ratio", "change")
_GROUPS: dict[str, tuple[tuple[str, ...], Callable[[DeviceVerdict], rollup.Key]]] = {
    "room": (("school_id", "room"), lambda each: (each.asset.school_id, each.asset.room or "")),
    "school": (("school_id",), lambda each: (each.asset.school_id,)),
    "grade-band": (("school_id", "grade_band"), lambda each: (each.asset.school_id, each.asset.grade_band)),
    "model": (("model",), lambda each: (each.asset.model or "",)),
    "district": ((), lambda _: ()),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    add_today(parser)
    parser.add_argument(
        "--by", choices=("device", *_GROUPS, "rule", "school-rule"), default="device",
        help="one line for each (default: %(default)s); school-rule is bandwidth and devices per student",
    )  # fmt: skip
    parser.add_argument("--school", metavar="ID", help="only those of one school")
    parser.add_argument("--verdict", choices=[verdict.value for verdict in Verdict], help="only devices with this one")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a listed device or school fails")
    parser.add_argument("--save-baseline", metavar="NAME", help="keep today's counts under a name, to compare with")
    parser.add_argument("--baseline", metavar="NAME", help="show the gap: the baseline, the standard, and now")


def run(options: argparse.Namespace) -> int:
    """Print the verdicts. 1 where --check finds a failure."""
    settings = settings_of(options)
    minimum = standards_settings.load(settings.decisions.standards)
    today = today_of(settings, options)
    district = wait_for(known(settings, today))
    verdicts = [
        judge(device.asset, device.measured, minimum.standards, today)
        for device in district.devices
        if options.school in (None, device.asset.school_id)
    ]
    if options.save_baseline:
        return _save(settings, options.save_baseline, verdicts)
    rows, columns = _rows(settings, options, district, minimum, verdicts)
    show(rows, columns, options.format)
    return int(options.check and any(row.get("verdict") == Verdict.FAIL.value for row in rows))


def _rows(
    settings: Settings,
    options: argparse.Namespace,
    district: District,
    minimum: Minimum,
    verdicts: Sequence[DeviceVerdict],
) -> tuple[list[dict[str, Any]], Sequence[str]]:
    if options.baseline:
        return _gap(settings, options.baseline, verdicts), _GAP
    if options.by == "school-rule":
        return _schools(options, district, minimum), _SCHOOL
    if options.by == "device":
        return [_device(each) for each in verdicts if options.verdict in (None, each.verdict.value)], _DEVICE
    if options.by == "rule":
        return _counted(rollup.by_rule(verdicts), ("school_id", "grade_band", "rule"))
    names, key = _GROUPS[options.by]
    return _counted(rollup.by(verdicts, key), names)


def _device(each: DeviceVerdict) -> dict[str, Any]:
    asset = each.asset
    return {
        "asset": asset.name,
        "serial": asset.serial,
        "school_id": asset.school_id,
        "room": asset.room,
        "grade_band": asset.grade_band,
        "assignment": asset.assignment,
        "model": asset.model,
        "verdict": each.verdict.value,
        **{
            name: "; ".join(f"{reason.rule} {reason.measured} ({reason.required})" for reason in each.those(verdict))
            for name, verdict in (("failed", Verdict.FAIL), ("unknown", Verdict.UNKNOWN), ("passed", Verdict.PASS))
        },
    }


def _counted(
    tallies: dict[rollup.Key, rollup.Tally], names: tuple[str, ...]
) -> tuple[list[dict[str, Any]], Sequence[str]]:
    rows: list[dict[str, Any]] = [
        {**dict(zip(names, key, strict=True))}
        | {
            "verdict": tally.verdict.value,
            "devices": tally.passed + tally.failed + tally.unknown,
            "passed": tally.passed,
            "failed": tally.failed,
            "unknown": tally.unknown,
            "pass_ratio": None if tally.pass_ratio is None else round(tally.pass_ratio, 4),
        }
        for key, tally in tallies.items()
    ]
    return rows, (*names, *_COUNTS)


def _schools(options: argparse.Namespace, district: District, minimum: Minimum) -> list[dict[str, Any]]:
    chosen = [school for school in district.schools if options.school in (None, school.school_id)]
    return [
        {
            "school_id": school.school_id,
            "name": school.name,
            "rule": reason.rule,
            "verdict": reason.verdict.value,
            "measured": reason.measured,
            "required": reason.required,
            "source": reason.source,
        }
        for school in chosen
        for reason in school_standards.judge(school, _student_devices(district, school.school_id), minimum.school)
    ]


def _student_devices(district: District, school_id: str) -> int:
    others = (Assignment.STAFF, Assignment.SPARE, Assignment.INFRASTRUCTURE)
    return sum(
        device.asset.school_id == school_id and device.asset.state in WORKING and device.asset.assignment not in others
        for device in district.devices
    )


def _save(settings: Settings, name: str, verdicts: Sequence[DeviceVerdict]) -> int:
    body = gap.snapshot(verdicts)

    async def work() -> bool:
        async with store_of(settings) as store:
            return await store.write(lambda connection: baselines.keep(connection, name, body, now=time.time()))

    if not wait_for(work()):
        raise CollectorError(f"a baseline {name!r} is kept already, and a baseline never changes")
    print(f"{name}: {len(body)} counts of {len(verdicts)} devices kept")
    return 0


def _gap(settings: Settings, name: str, verdicts: Sequence[DeviceVerdict]) -> list[dict[str, Any]]:
    async def work() -> tuple[tuple[float, list[dict[str, Any]]] | None, list[str]]:
        async with store_of(settings) as store:
            found = await store.read(lambda connection: baselines.find(connection, name))
            return found, await store.read(baselines.names)

    found, names = wait_for(work())
    if found is None:
        raise CollectorError(f"no baseline {name!r}; kept: {', '.join(names) or 'none'}")
    return gap.report(*found, verdicts)
