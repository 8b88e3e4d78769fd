"""``homeroom simulate`` as a person types it: a district that lives, fails and is found out, and leaves nothing."""

import asyncio
import csv
import signal
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from free_ports import free_port
from homeroom_collector.cli import main
from stack import until

SIZE = ("--schools", "3", "--devices", "40", "--switches", "5", "--access-points", "3", "--seed", "11")
SCRIPT = """
events:
  - {cause: uplink_down, day: 1, at: "08:10", lasts: 6h, count: 1}
  - {cause: clock_skew, day: 1, lasts: 1d, count: 3}
"""


async def seen(url: str) -> dict[str, Counter[str]] | None:
    """Devices and gear by state, from the metrics."""
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
            text = await answer.text()
    except aiohttp.ClientConnectionError:
        return None
    found: dict[str, Counter[str]] = {"computers": Counter(), "gear": Counter()}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "homeroom_device_presence" and sample.value:
                kind = "computers" if sample.labels["device"].startswith("dev-") else "gear"
                found[kind][sample.labels["state"]] += 1
    return found


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_district_lives_in_its_own_time_and_a_cut_uplink_shows(tmp_path: Path):
    (tmp_path / "cut.yml").write_text(SCRIPT)
    port = free_port()
    options = ("--script", str(tmp_path / "cut.yml"), "--start", "2026-09-08T08:06", "--lasts", "3h", "--speed", "20")
    more = ("--poll", "60s", "--every", "60s", "--stay", "--port", str(port), "--folder", str(tmp_path / "district"))
    command = [sys.executable, "-m", "homeroom_collector", "simulate", *SIZE, *options, *more]
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=asyncio.subprocess.STDOUT)
    try:

        async def cut() -> dict[str, Counter[str]] | None:
            found = await seen(f"http://127.0.0.1:{port}")
            if found and found["computers"]["on_campus"] >= 10 and found["gear"]["up"] and found["gear"]["down"]:
                return found
            return None

        await until(cut, 110, "computers on campus, gear that is up and gear behind the cut line")
        started = psutil.Process(process.pid).children(recursive=True)
        assert started
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    assert "nothing is left running" in said.decode()
    assert [child for child in started if child.is_running()] == []
    config = str(tmp_path / "district" / "collector.yml")
    assert await asyncio.to_thread(main, ["check-config", "--config", config]) == 0
    assert await asyncio.to_thread(main, ["refresh", "--config", config, "--format", "json"]) in (0, 1)


@pytest.mark.parametrize("name", ["bad-day", "school-year"])
def test_the_same_seed_writes_the_same_files(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]):
    written = []
    for turn in ("one", "two"):
        folder = tmp_path / turn
        options = ["--script", name, "--start", "2026-08-24", "--write", "--folder", str(folder)]
        assert main(["simulate", *SIZE, *options]) == 0
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"schools.csv", "devices.csv", "calendar.yml", "targets.yml", "truth.csv"}
    with (tmp_path / "one" / "truth.csv").open() as file:
        truth = list(csv.DictReader(file))
    assert all(row["start"] < row["end"] and row["subject"] for row in truth)
    assert "truth.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--schools", "9", "--switches", "3"], "at least one switch"),
        (["--start", "tomorrow"], "is not a date"),
        (["--timezone", "Mars/Base"], "is not known"),
        (["--script", "nothing"], "cannot be read"),
        (["--speed", "0"], "--speed"),
    ],
)
def test_what_cannot_be_simulated_is_said(options: list[str], words: str, capsys: pytest.CaptureFixture[str]):
    assert main(["simulate", "--write", *options]) == 2
    assert words in capsys.readouterr().err
