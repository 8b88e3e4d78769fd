"""E-rate Category Two: budgets, what they paid for, and what an auditor would ask."""

from __future__ import annotations

from homeroom_collector.decisions import gear
from homeroom_collector.decisions.answers.row import Answer, Row, View, iso
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.district import Known
from homeroom_collector.decisions.erate_cycles import cycles
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules import erate, money
from homeroom_collector.rules.erate import Budget, Site

BUDGET = (
    "cycle", "first_year", "last_year", "school_id", "budget", "spent", "left", "unpriced", "without_enrollment",
    "working", "source",
)  # fmt: skip
EQUIPMENT = (
    "funding_year", "frn", "entity", "asset", "serial", "manufacturer", "model", "school_id", "room", "state",
    "state_date", "purchase_date", "install_date", "cost", "transfer_from", "disposal_from", "records_until", "in_use",
    "findings",
)  # fmt: skip
FINDINGS = ("asset", "serial", "school_id", "funding_year", "frn", "finding")


def _budgets(board: Board, scope: Scope) -> list[Row]:
    """A district's own budget is nobody's but the district's."""
    sites = [Site(school_id=each.school_id, students=each.enrollment_students) for each in board.district.schools]
    bought = [each.asset for each in board.district.devices if erate.supported(each.asset)]
    found = [each for cycle in cycles() for each in erate.budgets(cycle, sites, bought)]
    return [_budget(each) for each in found if scope.whole or (each.school_id and scope.sees(each.school_id))]


def _budget(each: Budget) -> Row:
    return {
        "cycle": each.cycle.name,
        "first_year": each.cycle.first_year,
        "last_year": each.cycle.last_year,
        "school_id": each.school_id,
        "budget": money.dollars(each.budget_cents),
        "spent": money.dollars(each.spent_cents),
        "left": money.dollars(each.left_cents),
        "unpriced": each.unpriced,
        "without_enrollment": " ".join(each.unknown),
        "working": each.working,
        "source": each.cycle.source,
    }


def _supported(board: Board, scope: Scope) -> list[Known]:
    return [each for each in board.district.devices if erate.supported(each.asset) and scope.sees(each.asset.school_id)]


def _equipment(board: Board, scope: Scope) -> list[Row]:
    entities = {school.school_id: school.erate_entity for school in board.district.schools}
    return [_device(board, each, entities.get(each.asset.school_id)) for each in _supported(board, scope)]


def _device(board: Board, each: Known, entity: str | None) -> Row:
    asset = each.asset
    clocks = erate.clocks(asset)
    return {
        "funding_year": asset.erate_year,
        "frn": asset.erate_frn,
        "entity": entity or None,
        "asset": asset.name,
        "serial": asset.serial,
        "manufacturer": asset.manufacturer,
        "model": asset.model,
        "school_id": asset.school_id,
        "room": asset.room,
        "state": asset.state.value,
        "state_date": iso(asset.state_on),
        "purchase_date": iso(asset.purchased_on),
        "install_date": iso(asset.erate_installed_on),
        "cost": None if asset.cost_cents is None else money.dollars(asset.cost_cents),
        "transfer_from": iso(clocks.transfer_on),
        "disposal_from": iso(clocks.disposal_on),
        "records_until": iso(clocks.records_until),
        "in_use": None if each.measured.gear is None else gear.said(each.measured),
        "findings": "; ".join(erate.findings(asset, cycles(), board.today)),
    }


def _findings(board: Board, scope: Scope) -> list[Row]:
    return [
        {
            "asset": each.asset.name,
            "serial": each.asset.serial,
            "school_id": each.asset.school_id,
            "funding_year": each.asset.erate_year,
            "frn": each.asset.erate_frn,
            "finding": finding,
        }
        for each in _supported(board, scope)
        for finding in erate.findings(each.asset, cycles(), board.today)
    ]


ANSWER = Answer(
    "erate",
    {
        "budget": View(BUDGET, _budgets),
        "equipment": View(EQUIPMENT, _equipment),
        "findings": View(FINDINGS, _findings),
    },
)
