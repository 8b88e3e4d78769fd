"""The refresh plan by command, on a simulated district of 12 schools and 9,000 devices."""

import asyncio
import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.cli import main
from homeroom_collector.decisions import refresh_settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.refresh_policy import Alternatives, RefreshPolicy, Rotation, Scoring
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import Connection, assets, open_store, schools
from homeroom_collector.strict import read_yaml

EXAMPLE = Path(__file__).parents[3] / "configs" / "refresh.yml"
PLAN = """
budget: 400000
inflation: 0.03
spare_ratio: 0.03
rotation: {K-2: {first: 2028, every: 4}}
replacements:
  - {name: Chromebook, cost: 389.17, license: 38.00, platforms: [chromeos]}
"""
SCHOOLS, DEVICES = 12, 9_000


def simulated(seed: int) -> Iterator[Asset]:
    """Devices of all ages, a third of them Windows laptops without a catalogue price, some of them out of use."""
    chance = random.Random(seed)
    for number in range(DEVICES):
        bought = date(2017, 7, 1) + timedelta(days=chance.randrange(3_400))
        yield Asset(
            asset_tag=f"T{number:05d}",
            serial=f"S{number:05d}",
            school_id=f"school-{number % SCHOOLS:02d}",
            grade_band=chance.choice(("K-2", "3-5", "6-8", "9-12")),
            assignment=chance.choice((Assignment.ONE_TO_ONE, Assignment.ONE_TO_ONE, Assignment.CART, Assignment.STAFF)),
            platform=chance.choice(("chromeos", "chromeos", "windows")),
            purchased_on=bought,
            cost_cents=chance.randrange(22_500, 129_999),
            support_end=bought + timedelta(days=365 * chance.choice((6, 8, 10))),
            state=chance.choices(tuple(LifeState), weights=(80, 4, 4, 2, 2, 4, 4))[0],
        )


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("district")
    (folder / "refresh.yml").write_text(PLAN)
    (folder / "collector.yml").write_text(
        "store: {url: 'sqlite:///homeroom.db'}\ndecisions: {refresh: refresh.yml, fiscal_year_start: '07-01'}\n"
    )

    def fill(connection: Connection) -> None:
        schools.put(connection, [School(school_id=f"school-{n:02d}", name=f"School {n}") for n in range(SCHOOLS)])
        assets.add(connection, [Entry(asset=asset) for asset in simulated(20261122)])

    async def filled() -> None:
        async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store:
            await store.write(fill)

    asyncio.run(filled())
    return ["--today", "2026-11-22", "--config", str(folder / "collector.yml")]


def printed(config: list[str], capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert main(["refresh", *more, *config]) == 0
    return capsys.readouterr().out


def lines(config: list[str], capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed(config, capsys, "--format", "csv", *more))))


def test_totals_agree_to_the_cent_with_the_register_and_with_each_other(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    everything = lines(config, capsys, "--all")
    register = {asset.name: asset for asset in simulated(20261122)}
    seen: dict[str, Decimal] = {}
    for line in everything:
        if line["action"] != "spare":
            seen[line["asset"]] = Decimal(line["purchase_cost"])
    assert seen.keys() == register.keys()
    assert sum(seen.values()) * 100 == sum(asset.cost_cents or 0 for asset in register.values())
    totals = {row["fiscal_year"]: row for row in lines(config, capsys, "--by", "year")}
    for group in ("school", "model", "action"):
        rows = lines(config, capsys, "--by", group)
        for year, total in totals.items():
            mine = [row for row in rows if row["fiscal_year"] == year]
            assert sum(Decimal(row["cost"]) for row in mine) == Decimal(total["cost"])
            assert sum(int(row["purchases"]) for row in mine) == int(total["purchases"])
    for year, total in totals.items():
        mine = [row for row in everything if row["fiscal_year"] == year]
        assert sum(Decimal(row["cost"]) for row in mine) == Decimal(total["cost"]) <= 400_000


def test_every_line_of_the_plan_has_reasons_a_price_and_what_else_could_be_done(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    planned = lines(config, capsys)
    assert len(planned) > 1_000
    assert all(row["reasons"] and row["cost"] and row["due"] for row in planned)
    assert all("do nothing $0.00" in row["alternatives"] for row in planned if row["action"] == "replace")


def test_a_what_if_compares_plans_and_more_money_makes_no_device_later(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(
        config, capsys, "--format", "json", "--what-if", "budget=700000", "--what-if", "budget=none", "years=3"
    )
    rows: list[dict[str, Any]] = json.loads(text)
    assert list(dict.fromkeys(row["scenario"] for row in rows)) == ["as it is", "budget=700000", "budget=none years=3"]
    spent = {(row["scenario"], row["fiscal_year"]): Decimal(row["cost"]) for row in rows}
    assert spent["as it is", 2028] <= 400_000 < spent["budget=700000", 2028] <= 700_000
    assert spent["budget=700000", "waiting"] < spent["as it is", "waiting"]
    assert spent["budget=none years=3", "waiting"] == 0
    moves = {row["scenario"]: (row["earlier"], row["later"]) for row in rows if row["fiscal_year"] == "waiting"}
    assert moves["as it is"] == (0, 0)
    for scenario in ("budget=700000", "budget=none years=3"):
        earlier, later = moves[scenario]
        assert (earlier > 0, later) == (True, 0)


def test_a_new_budget_is_every_year_s_and_a_single_year_can_be_tried_too(tmp_path: Path) -> None:
    file = tmp_path / "refresh.yml"
    file.write_text("budget: 400000\nbudgets: {2028: 350000, 2029: 1}\n")
    assert refresh_settings.load(file, ["budget=700000"]).budgets == {}
    changed = refresh_settings.load(file, ["budgets.2028=600000.50", "budgets.2030=none"])
    assert changed.budgets == {2028: Decimal("600000.50"), 2029: 1, 2030: None}
    both = refresh_settings.load(file, ["budgets.2028=5", "budget=7"])
    assert (both.budget, both.budgets) == (7, {2028: 5})


def test_the_plan_is_the_same_every_time(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(config, capsys, "--format", "csv") == printed(config, capsys, "--format", "csv")


def test_a_what_if_of_an_unknown_key_is_refused_with_a_suggestion(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refresh", "--what-if", "budgt=1", *config]) == 2
    assert "did you mean 'budget'?" in capsys.readouterr().err
    assert main(["refresh", "--what-if", "budget", *config]) == 2


def test_the_example_shows_every_key_and_its_default() -> None:
    policy = refresh_settings.load(EXAMPLE)
    written = read_yaml(EXAMPLE)
    assert set(written) == set(RefreshPolicy.__dataclass_fields__)
    assert set(written["scoring"]) == set(Scoring.__dataclass_fields__)
    assert set(written["alternatives"]) == set(Alternatives.__dataclass_fields__)
    assert policy.scoring == Scoring()
    assert (policy.years, policy.inflation, policy.first_year) == (5, Decimal("0.03"), None)
    assert policy.alternatives == refresh_settings.load(None).alternatives
    assert policy.rotation["9-12"] == Rotation(first=2029)


def test_amounts_and_shares_that_make_no_sense_are_all_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "refresh.yml"
    file.write_text(
        "budget: -1\ninflation: 3\nyears: 0\nreplacements: [{name: a, cost: 10.005}]\n"
        "rotation: {K-2: {first: 2028, every: 0}}\n"
    )
    with pytest.raises(ConfigError) as refused:
        refresh_settings.load(file)
    wanted = ("budget: -1", "inflation: a share", "years: from 1", "replacements[0].cost: 10.005", "rotation.K-2.every")
    assert all(part in str(refused.value) for part in wanted)
