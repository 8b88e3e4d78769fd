"""A made-up district, the same for the same seed: schools, a register of all ages and kinds, and what was measured."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.district import District, Known, Lines
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.model import School
from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.equity import of_students
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.rules.repairs import Repair

TODAY = date(2026, 11, 22)
_KINDS = (Assignment.ONE_TO_ONE, Assignment.ONE_TO_ONE, Assignment.CART, Assignment.STAFF)


def schools(number: int) -> list[School]:
    return [
        School(
            school_id=f"school-{n:02d}",
            name=f"School {n}",
            enrollment_students=400 + 10 * n,
            bandwidth_contracted_bps=500_000_000,
        )
        for n in range(number)
    ]


def devices(number: int, of_schools: int, seed: int) -> Iterator[Known]:
    """A third of them Windows laptops, some out of use, some that never reported, some away from school."""
    chance = random.Random(seed)
    for place in range(number):
        bought = date(2017, 7, 1) + timedelta(days=chance.randrange(3_400))
        end = bought + timedelta(days=365 * chance.choice((6, 8, 10)))
        asset = Asset(
            asset_tag=f"T{place:05d}",
            serial=f"S{place:05d}",
            school_id=f"school-{place % of_schools:02d}",
            grade_band=chance.choice(("K-2", "3-5", "6-8", "9-12")),
            assignment=chance.choice(_KINDS),
            platform=chance.choice(("chromeos", "chromeos", "windows")),
            model=chance.choice(("Spin 511", "100e", "Latitude 3190")),
            purchased_on=bought,
            cost_cents=chance.randrange(22_500, 129_999),
            support_end=end,
            state=chance.choices(tuple(LifeState), weights=(80, 4, 4, 2, 2, 4, 4))[0],
        )
        yield Known(asset=asset, measured=_measured(chance), device_id=f"d{place}", enrolled_school=asset.school_id)


def _measured(chance: random.Random) -> Measured:
    if chance.random() < 0.05:
        return Measured()
    away = chance.random() < 0.3
    return Measured(
        measured_on=TODAY - timedelta(days=chance.choice((0, 1, 3, 90))),
        memory_installed_bytes=chance.choice((4, 8)) * 2**30,
        batteries=1,
        battery_health_ratio=chance.uniform(0.4, 1.0),
        windows11_ready=chance.random() < 0.5,
        counted_days=90,
        crashes=chance.choice((0, 0, 0, 9)),
        away=away,
        download_bps=chance.uniform(1e6, 200e6) if away else None,
    )


def board(number: int = 600, of_schools: int = 4, seed: int = 20261122) -> Board:
    found = tuple(devices(number, of_schools, seed))
    return Board(
        district=District(schools=tuple(schools(of_schools)), devices=found),
        policies=DecisionSettings().policies(),
        today=TODAY,
    )


def of_everything() -> Board:
    """The same with a repair, a busy line and a cap: a district of which every metric has a sample."""
    found = board()
    name = next(each.asset.name for each in found.district.devices if of_students(each.asset))
    mended = {name: (Repair(began_on=TODAY - timedelta(days=9), ended_on=TODAY),)}
    lines = Lines(busy_bps={"school-00": 1e6}, gear_up_ratio={"school-00": 1.0})
    return replace(
        found,
        district=replace(found.district, lines=lines, repairs=mended),
        policies=replace(found.policies, refresh=RefreshPolicy(budget=Decimal(20_000), years=1)),
    )
