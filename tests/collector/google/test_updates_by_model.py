"""A Chromebook of which Google says nothing: its model tells when its updates end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.collecting import Running, collecting, report, settings_at
from collector.google.test_one_device import metrics, value
from homeroom_collector.cli import main
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import assets

OURS = {"platform": "chromeos", "serial": "P20A1", "manufacturer": "Lenovo", "model": "Lenovo 300e Chromebook"}
SUPPORT_END = "homeroom_device_support_end_timestamp_seconds"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


def browser(**system: Any) -> dict[str, Any]:
    return report(1, source="extension", os={"name": "ChromeOS", "version": "141"} | system)


def ends(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 86_400


async def decided(running: Running) -> date | None:
    supported = network_support(RefreshPolicy())
    reader = Reader(store=running.collector.store, zone=ZoneInfo("UTC"), wan={}, supported=supported)
    (known,) = (await reader.district(date(2026, 11, 28))).devices
    return known.measured.support_end or known.asset.support_end


async def test_metric_and_decisions_know_it_by_the_model(running: Running, tmp_path: Path):
    await running.send(await running.key(**OURS), browser())
    assert value(await metrics(running), SUPPORT_END) == [ends(date(2025, 6, 30))]
    assert await decided(running) == date(2025, 6, 30)


async def test_after_a_restart_too(running: Running, tmp_path: Path):
    await running.send(await running.key(**OURS), browser())
    async with collecting(settings_at(tmp_path)) as again:
        assert value(await metrics(again), SUPPORT_END) == [ends(date(2025, 6, 30))]


async def test_what_the_device_or_the_register_says_goes_before(running: Running):
    key = await running.key(**OURS)
    await running.send(key, browser(support_end_date="2031-06-30"))
    assert value(await metrics(running), SUPPORT_END) == [ends(date(2031, 6, 30))]
    assert await decided(running) == date(2031, 6, 30)


async def test_the_registers_own_date_counts_in_decisions(running: Running):
    await running.send(await running.key(**OURS), browser())
    entry = Entry(asset=Asset(asset_tag="A1", serial="P20A1", support_end=date(2029, 6, 30)), sources={})
    await running.collector.store.write(lambda connection: assets.add(connection, [entry]))
    assert await decided(running) == date(2029, 6, 30)


async def test_a_laptop_is_not_judged_by_a_chromebooks_model(running: Running):
    await running.send(await running.key(**OURS | {"platform": "linux"}), browser())
    assert value(await metrics(running), SUPPORT_END) == []


async def test_past_its_updates_it_is_in_the_refresh_plan_for_that_reason(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    await running.send(await running.key(**OURS), browser())
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\n")
    words = ["refresh", "--config", str(config), "--by", "device", "--format", "json", "--today", "2026-11-28"]
    import asyncio

    assert await asyncio.to_thread(main, words) in (0, 1)
    said = capsys.readouterr().out
    (row,) = [row for row in json.loads(said) if "P20A1" in json.dumps(row)]
    assert "support ended on 2025-06-30 (security updates)" in json.dumps(row)
