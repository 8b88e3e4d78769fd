"""What the agent costs a laptop: memory, processor and bytes on the wire, beside node_exporter and zabbix-agent2.

All three run at the same time for ``HOMEROOM_BENCH_AGENT_SECONDS`` (600), each asked or asking every 30 seconds. The
agent's report goes to a real HTTP server. Its two processes are counted apart: the resident one, and those that live
while it measures and sends.
"""

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from agent_servers import Collector, serving

NAME = "agent_footprint"

SECONDS = float(os.environ.get("HOMEROOM_BENCH_AGENT_SECONDS", "600"))
INTERVAL_SECONDS = 30
STEADY_AFTER = 3  # the first reports carry what is sent once
TICKS = os.sysconf("SC_CLK_TCK")


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), 0))


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Processor time of a process, and of those it started that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own / TICKS, ended / TICKS


@contextmanager
def started(command: list[str]) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)


def agent_command(folder: Path, url: str, *command: str) -> list[str]:
    config = folder / "agent.toml"
    config.write_text(
        f'[collector]\nurl = "{url}"\ntoken = "token"\nproxy = "none"\n[schedule]\ninterval = {INTERVAL_SECONDS}\n'
        f"interval_minimum = {INTERVAL_SECONDS}\n[spool]\ndirectory = {json.dumps(str(folder / command[0]))}\n"
    )
    return [sys.executable, "-m", "homeroom_agent", *command, "--config", str(config)]


def free_port() -> int:
    """A port that is free; below 32768, for zabbix-agent2 takes no higher one."""
    for port in range(20_000 + os.getpid() % 10_000, 32_767):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise OSError(0, "no free port")


def node_exporter(port: int) -> list[str] | None:
    program = shutil.which("prometheus-node-exporter")
    return [program, f"--web.listen-address=127.0.0.1:{port}"] if program else None


def zabbix_agent(folder: Path, port: int) -> list[str] | None:
    program = shutil.which("zabbix_agent2") or shutil.which("/usr/sbin/zabbix_agent2")
    if not program:
        return None
    config = folder / "zabbix.conf"
    places = f"PidFile={folder}/z.pid\nControlSocket={folder}/z.sock\nPluginSocket={folder}/p.sock\n"
    config.write_text(f"LogType=console\nServer=127.0.0.1\nListenIP=127.0.0.1\nListenPort={port}\n{places}")
    return [program, "-f", "-c", str(config)]


def once_cpu_seconds(folder: Path, url: str) -> float:
    """Processor time of ``once``, from start to end, the smallest of three."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(agent_command(folder, url, "once"), check=True, stdout=subprocess.DEVNULL, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def worker_peak_kb(agent: int) -> int:
    """Resident memory of the process that the agent has running, or 0."""
    children = Path(f"/proc/{agent}/task/{agent}/children").read_text(encoding="ascii").split()
    try:
        return max((resident_kb(int(child)) for child in children), default=0)
    except OSError:  # it has just ended
        return 0


def watch(agent: int, exporter_url: str | None) -> tuple[int, int]:
    """Let time pass, scraping the exporter as often as the agent reports; the workers' peak, and the scrapes."""
    end, scrape_at, peak, scrapes = time.monotonic() + SECONDS, 0.0, 0, 0
    while (now := time.monotonic()) < end:
        if exporter_url and now >= scrape_at:
            scrape_at, scrapes = now + INTERVAL_SECONDS, scrapes + 1
            try:
                urllib.request.urlopen(exporter_url, timeout=10).read()
            except OSError:
                scrape_at = now + 1
                scrapes -= 1
        peak = max(peak, worker_peak_kb(agent))
        time.sleep(0.02)
    return peak, scrapes


def measure() -> dict[str, object]:
    figures: dict[str, Any] = {"seconds": SECONDS, "interval_seconds": INTERVAL_SECONDS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        collector = stack.enter_context(serving(Collector()))
        agent = stack.enter_context(started(agent_command(folder, collector.url, "run")))
        port = free_port()
        exporter_command = node_exporter(port)
        exporter = stack.enter_context(started(exporter_command)) if exporter_command else None
        if exporter:
            time.sleep(1)  # until it has taken its port
        zabbix_command = zabbix_agent(folder, free_port())
        zabbix = stack.enter_context(started(zabbix_command)) if zabbix_command else None
        figures["worker_peak_kb"], scrapes = watch(agent, f"http://127.0.0.1:{port}/metrics" if exporter else None)
        reports = max(1, len(collector.reports))
        own, workers = cpu_seconds(agent)
        figures |= {
            "resident_kb": resident_kb(agent),
            "resident_kb_node_exporter": resident_kb(exporter) if exporter else None,
            "resident_kb_zabbix_agent2": resident_kb(zabbix) if zabbix else None,
            "reports": reports,
            "cpu_seconds_per_report": round((own + workers) / reports, 4),
            "cpu_seconds_per_scrape_node_exporter": round(cpu_seconds(exporter)[0] / max(1, scrapes), 4)
            if exporter
            else None,
            "wire_bytes_first_report": len(collector.bodies[0]),
            "wire_bytes_steady_report": max(len(body) for body in collector.bodies[STEADY_AFTER:] or [b""]),
        }
        figures["once_cpu_seconds"] = round(once_cpu_seconds(folder, collector.url), 3)
    figures["bars"] = {
        "resident_kb": ["<=", 22_000],
        "once_cpu_seconds": ["<=", 0.5],
        "wire_bytes_steady_report": ["<=", 900],
    }
    for name in ("node_exporter", "zabbix_agent2"):
        if other := figures[f"resident_kb_{name}"]:
            figures[f"resident_ratio_to_{name}"] = round(figures["resident_kb"] / other, 3)
            figures["bars"][f"resident_ratio_to_{name}"] = ["<", 1.0]
    return figures
