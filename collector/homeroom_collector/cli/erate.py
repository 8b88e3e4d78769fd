"""``homeroom erate``: the Category Two budget, the equipment it paid for, and what an auditor would ask."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from homeroom_collector.cli.decisions import add_today, today_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.decisions import gear_use
from homeroom_collector.decisions.district import serial_key
from homeroom_collector.decisions.erate_cycles import cycles
from homeroom_collector.decisions.gear_use import GearUse
from homeroom_collector.model import School
from homeroom_collector.rules import erate, money
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.erate import Budget, Site
from homeroom_collector.store import Connection, assets, schools

NAME = "erate"
HELP = "show the E-rate Category Two budget, what it paid for, and what an auditor would ask"

_BUDGET = (
    "cycle", "school_id", "budget", "spent", "left", "unpriced", "without_enrollment", "working",
    "source",
)  # fmt: skip
_EQUIPMENT = (
    "funding_year", "frn", "asset", "serial", "manufacturer", "model", "school_id", "room", "state", "state_date",
    "purchase_date", "install_date", "cost", "transfer_from", "disposal_from", "records_until", "in_use", "findings",
)  # fmt: skip
_FINDINGS = ("asset", "serial", "school_id", "funding_year", "frn", "finding")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    add_today(parser)
    parser.add_argument(
        "what", nargs="?", choices=("budget", "equipment", "findings"), default="budget",
        help="budget of each cycle, the equipment with its dates (the audit export), or what is amiss with it; "
        "findings exit with 1 where there are any (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--year", type=int, metavar="FY", help="only the cycle or the equipment of one funding year")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for."""
    settings = settings_of(options)
    today = today_of(settings, options)
    register, known, used = wait_for(_read(settings))
    supported = [asset for asset in register if erate.supported(asset)]
    if options.what == "budget":
        show(_budgets(supported, known, options.year), _BUDGET, options.format)
        return 0
    chosen = [asset for asset in supported if options.year in (None, asset.erate_year)]
    if options.what == "equipment":
        show([_equipment(asset, used, today) for asset in chosen], _EQUIPMENT, options.format)
        return 0
    rows = [row for asset in chosen for row in _findings(asset, today)]
    show(rows, _FINDINGS, options.format)
    return int(bool(rows))


async def _read(settings: Settings) -> tuple[list[Asset], list[School], dict[str, GearUse]]:
    def work(connection: Connection) -> tuple[list[Asset], list[School], dict[str, GearUse]]:
        return assets.listed(connection), schools.listed(connection), gear_use.by_serial(connection)

    async with store_of(settings) as store:
        return await store.read(work)


def _budgets(supported: Sequence[Asset], known: Sequence[School], year: int | None) -> list[dict[str, Any]]:
    sites = [Site(school_id=school.school_id, students=school.enrollment_students) for school in known]
    chosen = [cycle for cycle in cycles() if year is None or year in cycle]
    return [_budget(each) for cycle in chosen for each in erate.budgets(cycle, sites, supported)]


def _budget(each: Budget) -> dict[str, Any]:
    return {
        "cycle": each.cycle.name,
        "school_id": each.school_id,
        "budget": money.dollars(each.budget_cents),
        "spent": money.dollars(each.spent_cents),
        "left": money.dollars(each.left_cents),
        "unpriced": each.unpriced,
        "without_enrollment": " ".join(each.unknown),
        "working": each.working,
        "source": each.cycle.source,
    }


def _equipment(asset: Asset, used: dict[str, GearUse], today: date) -> dict[str, Any]:
    clocks = erate.clocks(asset)
    use = used.get(serial_key(asset.serial))
    return {
        "funding_year": asset.erate_year,
        "frn": asset.erate_frn,
        "asset": asset.name,
        "serial": asset.serial,
        "manufacturer": asset.manufacturer,
        "model": asset.model,
        "school_id": asset.school_id,
        "room": asset.room,
        "state": asset.state.value,
        "state_date": _day(asset.state_on),
        "purchase_date": _day(asset.purchased_on),
        "install_date": _day(asset.erate_installed_on),
        "cost": None if asset.cost_cents is None else money.dollars(asset.cost_cents),
        "transfer_from": _day(clocks.transfer_on),
        "disposal_from": _day(clocks.disposal_on),
        "records_until": _day(clocks.records_until),
        "in_use": None if use is None else str(use),
        "findings": "; ".join(erate.findings(asset, cycles(), today)),
    }


def _findings(asset: Asset, today: date) -> list[dict[str, Any]]:
    return [
        {
            "asset": asset.name,
            "serial": asset.serial,
            "school_id": asset.school_id,
            "funding_year": asset.erate_year,
            "frn": asset.erate_frn,
            "finding": finding,
        }
        for finding in erate.findings(asset, cycles(), today)
    ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
