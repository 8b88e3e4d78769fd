"""A first sync of 50,000 Chromebooks into SQLite: what the connector costs, without the stand-in."""

import asyncio
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from homeroom_collector.ingest.wire import Wire
from homeroom_collector.rules.org_units import OrgUnitRule
from homeroom_collector.sources.google.service import calling
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.sources.google.sync import GoogleSync, Step
from homeroom_collector.store import devices, open_store
from tests.google_standin import Google, google, key_file

NAME = "google_sync"
DEVICES = 50_000
SMALL = 2_000


def serve(folder: str, count: int) -> None:
    """The stand-in, in a process of its own."""

    async def forever() -> None:
        async with google(Google(devices=count)) as standin:
            file = key_file(Path(folder), standin.url)
            (Path(folder) / "address").write_text(f"{standin.url} {file}")
            await asyncio.sleep(1200)

    asyncio.run(forever())


async def sync(folder: Path, url: str, file: Path) -> int:
    settings = GoogleSettings(
        key_file=file,
        subject="a@b.example",
        directory_url=url,
        telemetry_url=url,
        org_units=[OrgUnitRule(path="/Schools/*", school="{1}")],
    )
    pages: list[int] = []

    def hear(step: Step) -> None:
        pages.append(step.devices)

    async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store, calling(settings) as calls:
        await GoogleSync(calls, settings, store.write, Wire(), on_page=hear).run()
        return len(await store.read(devices.listed))


def weigh(count: int) -> dict[str, float]:
    """One sync in this process; to be called in a fresh one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(name, count), daemon=True)
        server.start()
        address = folder / "address"
        while not address.exists() or " " not in address.read_text():
            time.sleep(0.05)
        url, file = address.read_text().split(" ", 1)
        started = time.process_time()
        found = asyncio.run(sync(folder, url, Path(file)))
        spent = time.process_time() - started
        server.terminate()
        server.join(10)
        kept = (folder / "homeroom.db").stat().st_size
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "devices": found,
        "cpu_seconds": round(spent, 1),
        "most_bytes": rss,
        "store_bytes_per_device": kept // count,
    }


def _fresh(count: int) -> dict[str, float]:
    command = [sys.executable, "-m", __name__, str(count)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=1200).stdout)
    return found


def measure() -> dict[str, object]:
    """A small and a large district: memory must not grow with the number of devices."""
    small, large = _fresh(SMALL), _fresh(DEVICES)
    grown = large["most_bytes"] - small["most_bytes"]
    bars = {"cpu_seconds": ["<", 300], "devices": [">=", DEVICES], "grown_bytes": ["<=", 200_000_000]}
    return large | {"small_most_bytes": small["most_bytes"], "grown_bytes": grown, "bars": bars}


if __name__ == "__main__":
    print(json.dumps(weigh(int(sys.argv[1]))))
