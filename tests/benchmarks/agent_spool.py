"""A month of reports on disk: how much room they take, and what keeping one costs beside a bare durable insert."""

import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from homeroom_agent.spool import Spool

NAME = "agent_spool"

MONTH = 30 * 288
TIMED = 300


def report(sequence: int) -> bytes:
    """As a laptop's steady report: the same words, other numbers."""
    dice = random.Random(sequence)
    links = [
        {"name": name, "type": "wifi", "up": True, "active": True, "receive_bytes": dice.randrange(10**11),
         "transmit_bytes": dice.randrange(10**10), "receive_errors": 0, "transmit_errors": 0}
        for name in ("wlp0s20f3", "enp0s31f6")
    ]  # fmt: skip
    document = {
        "version": 1, "source": "agent", "agent_version": "0.1.0", "sequence": sequence,
        "measured_at": 1.7e9 + sequence * 300, "uptime": {"uptime_seconds": dice.randrange(10**6)},
        "cpu": {"model": "Intel(R) Celeron(R) N4120 CPU @ 1.10GHz", "usage_ratio": round(dice.random(), 4)},
        "memory": {"total_bytes": 4 * 2**30, "available_bytes": dice.randrange(4 * 2**30)},
        "batteries": [{"name": "BAT0", "charge_ratio": round(dice.random(), 3), "health_ratio": 0.83}],
        "temperatures": [{"name": f"core {n}", "celsius": dice.randrange(300, 900) / 10} for n in range(4)],
        "links": links,
    }  # fmt: skip
    return json.dumps(document, separators=(",", ":")).encode()


def seconds_each(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(TIMED):
        call()
    return (time.perf_counter() - started) / TIMED


def bare_insert_seconds(folder: Path) -> float:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE reports (sequence INTEGER PRIMARY KEY, body BLOB)")
    body = os.urandom(500)
    spent = seconds_each(lambda: connection.execute("INSERT INTO reports (body) VALUES (?)", (body,)))
    connection.close()
    return spent


def month_bytes(folder: Path) -> tuple[int, int]:
    """Disk used by a month of reports, and how many of them were lost."""
    with Spool(folder / "spool.db", max_bytes=20_000_000, max_age_seconds=1e9) as spool:
        for _ in range(MONTH):
            spool.append(report)
        lost = spool.lost_total
    return sum(file.stat().st_size for file in folder.iterdir()), lost


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as disk:
        with Spool(Path(disk) / "spool.db", max_bytes=20_000_000, max_age_seconds=1e9) as spool:
            append = seconds_each(lambda: spool.append(report))
        bare = bare_insert_seconds(Path(disk))
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as quick:
        size, lost = month_bytes(Path(quick))
    return {
        "append_seconds": round(append, 6),
        "bare_durable_insert_seconds": round(bare, 6),
        "append_ratio_to_bare_insert": round(append / bare, 2),
        "month_reports": MONTH,
        "month_bytes": size,
        "month_lost_reports": lost,
        "bars": {"month_bytes": ["<=", 20_000_000], "month_lost_reports": ["<=", 0]},
    }
