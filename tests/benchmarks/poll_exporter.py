"""Processor time of one steady poll of a 52-port switch, against prometheus-snmp-exporter (the Debian package).

Both ask the same agent for the same columns. They take turns of a few polls, so that whatever else the machine does
meets both alike, and each turn is read on the kernel's own clock of the process, which counts nanoseconds where
/proc counts hundredths of a second. The median turn counts.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop

from fast_agent import fast_agent, switch
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.polling.watch import Pace, Watch
from tests.benchmarks.poll import PORTS, moving_columns, target

NAME = "poll_exporter"
EXPORTER = shutil.which("prometheus-snmp-exporter")
TURNS, POLLS = 60, 20


def measure() -> dict[str, Any]:
    """Median processor seconds of each, and the median ratio of a turn; nothing where the exporter is not installed."""
    if EXPORTER is None:
        return {"exporter": "not installed: sudo apt-get install prometheus-snmp-exporter"}
    with fast_agent(switch(PORTS)) as (port, _), _exporter(EXPORTER) as (process, url):
        scrape = f"{url}/snmp?module=ports&target=127.0.0.1:{port}"
        text = urllib.request.urlopen(scrape).read().decode()
        assert text.count('ifIndex="') == PORTS * len(moving_columns()), text[:400]
        turns = uvloop.run(_turns(port, process, scrape))
    own, theirs = zip(*turns, strict=True)
    return {
        "poll_cpu_seconds": round(statistics.median(own), 6),
        "exporter_cpu_seconds": round(statistics.median(theirs), 6),
        "turns": len(turns),
        "ratio": round(statistics.median(mine / other for mine, other in turns), 3),
        "bars": {"ratio": ["<=", 0.45]},
    }


async def _turns(port: int, process: int, scrape: str) -> list[tuple[float, float]]:
    """Processor seconds of one poll and of one scrape, for each turn after a first one that warms both."""
    watch = Watch(target(port), Engines(), load_catalog(), Pace())
    turns = []
    for _ in range(TURNS + 1):
        started = time.process_time()
        for _ in range(POLLS):
            await watch.poll()
        own = time.process_time() - started
        started = _cpu_seconds(process)
        await asyncio.to_thread(_scrape, scrape)
        turns.append((own / POLLS, (_cpu_seconds(process) - started) / POLLS))
    return turns[1:]


def _scrape(url: str) -> None:
    for _ in range(POLLS):
        urllib.request.urlopen(url).read()


def _cpu_seconds(process: int) -> float:
    """Of all threads of another process: the clock that clock_getcpuclockid(3) gives on Linux."""
    return time.clock_gettime(~process << 3 | 2)


@contextmanager
def _exporter(program: str) -> Iterator[tuple[int, str]]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{s.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmp.yml"
        config.write_text(_exporter_config())
        command = [program, f"--config.file={config}", f"--web.listen-address={address}", "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _until_answering(f"http://{address}/")
                yield process.pid, f"http://{address}"
            finally:
                process.terminate()


def _exporter_config() -> str:
    columns = moving_columns()
    lines = ["ports:", "  version: 2", "  max_repetitions: 25", "  auth: {community: public}", "  walk:"]
    lines += [f"  - {oid}" for oid in columns]
    lines += ["  metrics:"]
    for oid in columns:
        name = "column_" + oid.replace(".", "_")
        lines.append(
            f"  - {{name: {name}, oid: {oid}, type: gauge, help: x, indexes: [{{labelname: ifIndex, type: gauge}}]}}"
        )
    return "\n".join(lines) + "\n"


def _until_answering(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)
