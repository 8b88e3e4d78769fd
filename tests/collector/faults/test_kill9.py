"""``kill -9`` of the collector while reports arrive: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import killing

REPORTS, DEVICES = 10_000, 40


@pytest.mark.timeout(killing.LIMIT_SECONDS * 2)
async def test_every_acknowledged_report_is_there_once_after_kill_9(tmp_path: Path):
    url = "sqlite:///homeroom.db"
    await killing.run(tmp_path, url, reports=REPORTS, devices=DEVICES, kills=6, seconds=killing.LIMIT_SECONDS)
    with closing(sqlite3.connect(tmp_path / "homeroom.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.timeout(killing.LIMIT_SECONDS * 2)
async def test_every_acknowledged_report_is_there_once_after_kill_9_on_postgresql(tmp_path: Path, postgresql_url: str):
    await killing.run(tmp_path, postgresql_url, reports=2_000, devices=20, kills=3, seconds=killing.LIMIT_SECONDS)
