"""``homeroom refresh``: what to buy for whom in which fiscal year, why, and for how much."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from homeroom_collector.cli.decisions import add_today, known, today_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.decisions import refresh_settings, standards_settings
from homeroom_collector.rules import money
from homeroom_collector.rules.refresh import DEVICES, Line, RefreshPlan, plan
from homeroom_collector.rules.standards import judge

NAME = "refresh"
HELP = "plan the replacement of devices by fiscal year, with reasons and dollars"

_LINES = (
    "fiscal_year", "action", "school_id", "grade_band", "asset", "serial", "model", "cost", "due", "score", "reasons",
    "alternatives", "hand_down_to", "purchase_cost", "fund",
)  # fmt: skip
_SCENARIOS = ("scenario", "fiscal_year", "fund", "budget", "purchases", "cost", "left")
_GROUPS: dict[str, tuple[tuple[str, ...], Callable[[Line], tuple[str, ...]]]] = {
    "year": ((), lambda _: ()),
    "school": (("school_id",), lambda line: (line.asset.school_id,)),
    "model": (("model",), lambda line: (line.asset.model or "",)),
    "action": (("action",), lambda line: (line.action.value,)),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    add_today(parser)
    parser.add_argument(
        "--by", choices=("device", *_GROUPS), default="device", help="one line for each (default: %(default)s)"
    )
    parser.add_argument("--school", metavar="ID", help="only lines of one school; the plan is the district's")
    parser.add_argument("--all", action="store_true", help="also devices that are kept, unknown or not in use")
    parser.add_argument(
        "--what-if", nargs="+", action="append", default=[], metavar="KEY=VALUE",
        help="compare with a plan that differs in these keys of refresh.yml; may be given several times",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print the plan, or the scenarios side by side."""
    settings = settings_of(options)
    scenarios = [[], *options.what_if]
    policies = [refresh_settings.load(settings.decisions.refresh, changes) for changes in scenarios]
    plans = _plans(settings, options, policies)
    if options.what_if:
        names = ["as it is", *(" ".join(changes) for changes in options.what_if)]
        rows = [row for name, each in zip(names, plans, strict=True) for row in _scenario(name, each)]
        show(rows, _SCENARIOS, options.format)
    else:
        _show(plans[0], options)
    for note in plans[0].notes if not options.what_if else ():
        print(f"homeroom: {note}", file=sys.stderr)
    return 0


def _plans(settings: Settings, options: argparse.Namespace, policies: Sequence[Any]) -> list[RefreshPlan]:
    minimum = standards_settings.load(settings.decisions.standards)
    today = today_of(settings, options)
    district = wait_for(known(settings, today))
    judged = [judge(each.asset, each.measured, minimum.standards, today) for each in district.devices]
    years = settings.decisions.fiscal_years()
    return [plan(judged, policy, years, today, minimum.standards) for policy in policies]


def _show(found: RefreshPlan, options: argparse.Namespace) -> None:
    lines = [line for line in found.lines if options.school in (None, line.asset.school_id)]
    if options.by == "device":
        wanted = [line for line in lines if options.all or line.buys]
        show([_line(line) for line in wanted], _LINES, options.format)
        return
    names, key = _GROUPS[options.by]
    show(_grouped(lines, names, key), ("fiscal_year", *names, "purchases", "cost"), options.format)


def _line(line: Line) -> dict[str, Any]:
    asset = line.asset
    return {
        "fiscal_year": line.year,
        "action": line.action.value,
        "school_id": asset.school_id,
        "grade_band": asset.grade_band,
        "asset": asset.name,
        "serial": asset.serial,
        "model": asset.model,
        "cost": None if line.cents is None else money.dollars(line.cents),
        "due": line.due,
        "score": line.score,
        "reasons": "; ".join(line.reasons),
        "alternatives": "; ".join(map(str, line.alternatives)),
        "hand_down_to": line.hand_down_to,
        "purchase_cost": None if asset.cost_cents is None else money.dollars(asset.cost_cents),
        "fund": line.fund,
    }


def _grouped(
    lines: Sequence[Line], names: tuple[str, ...], key: Callable[[Line], tuple[str, ...]]
) -> list[dict[str, Any]]:
    sums: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for line in lines:
        if line.year is not None:
            sums[line.year, key(line)].append(line.cents or 0)
    return [
        {"fiscal_year": year, **dict(zip(names, group, strict=True))}
        | {"purchases": len(cents), "cost": money.dollars(sum(cents))}
        for (year, group), cents in sorted(sums.items())
    ]


def _scenario(name: str, found: RefreshPlan) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for fund in sorted({line.fund for line in found.bought} | {DEVICES}):
        for year in found.horizon.all:
            bought = [line for line in found.bought if (line.fund, line.year) == (fund, year)]
            cap, cost = found.horizon.caps[fund][year], found.spent(fund, year)
            rows.append(
                {
                    "scenario": name,
                    "fiscal_year": year,
                    "fund": fund,
                    "budget": None if cap is None else money.dollars(cap),
                    "purchases": len(bought),
                    "cost": money.dollars(cost),
                    "left": None if cap is None else money.dollars(cap - cost),
                }
            )
    rows.append(_waiting(name, found))
    return rows


def _waiting(name: str, found: RefreshPlan) -> dict[str, Any]:
    """What is due and not bought, at prices of the first year."""
    waiting = [line for line in found.lines if line.waits]
    cost = money.dollars(sum(line.cents or 0 for line in waiting))
    row = dict.fromkeys(_SCENARIOS)
    return row | {"scenario": name, "fiscal_year": "waiting", "purchases": len(waiting), "cost": cost}
