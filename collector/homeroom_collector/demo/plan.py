"""Every file the demo needs, written under its folder: configurations, schools, the register.

The configurations are ordinary ones, of the kind that a district writes; nothing in the collector knows of the demo.
"""

from __future__ import annotations

import csv
import json
import socket
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.demo.register import write_register
from homeroom_collector.simulate import files
from homeroom_collector.simulate.district import District

LAPTOP_SECONDS = 10
POLL_SECONDS = 15
DECIDE_SECONDS = 30
_REFRESH = {
    "budget": 6000,
    "spare_ratio": 0.03,
    "replacements": [
        {"name": "staff laptop", "cost": 899, "assignments": ["staff"]},
        {"name": "student laptop", "cost": 389, "assignments": ["one_to_one", "cart"]},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the demo keeps what, and which ports it uses."""

    folder: Path
    port: int
    snmp_port: int
    prometheus_port: int

    @property
    def url(self) -> str:
        """Address of the collector."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def collector(self) -> Path:
        """Configuration of the collector."""
        return self.folder / "collector.yml"

    @property
    def register(self) -> Path:
        """The register of devices, as an inventory system gives it."""
        return self.folder / "register.csv"

    @property
    def agent(self) -> Path:
        """Configuration of this machine's agent."""
        return self.folder / "agent.toml"

    @property
    def prometheus(self) -> Path:
        """Configuration of Prometheus."""
        return self.folder / "prometheus.yml"


def free_port(kind: socket.SocketKind, wanted: int = 0) -> int:
    """Give ``wanted`` if it is free on loopback, else any free port."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port(kind)
        return int(probe.getsockname()[1])


def write(district: District, places: Places) -> None:
    """Write all files. Existing ones are replaced; the store and the agent's key are left as they are."""
    places.folder.mkdir(parents=True, exist_ok=True)
    _write_schools(district, places.folder / "schools.csv")
    # JSON is YAML; it needs no library here and is as readable for a small file.
    _write(places.collector, json.dumps(_collector(district, places), indent=2))
    write_register(district, places.register)
    _write(places.folder / "refresh.yml", json.dumps(_REFRESH, indent=2))
    _write(places.agent, _agent(places))
    _write(places.prometheus, json.dumps(_prometheus(places), indent=2))


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")


def _write_schools(district: District, path: Path) -> None:
    header = ("school_id", "name", "level", "grades", "enrollment_students", "bandwidth_contracted_mbps", "networks")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(header)
        for s in district.schools:
            mbps = s.bandwidth_bps // 1_000_000
            rows.writerow((s.school_id, s.name, s.level, s.grades, s.enrollment_students, mbps, "127.0.0.0/8"))


def _collector(district: District, places: Places) -> dict[str, object]:
    return {
        "listen": {"host": "127.0.0.1", "port": places.port},
        "store": {"url": f"sqlite:///{places.folder / 'homeroom.db'}"},
        "schools": {"file": str(places.folder / "schools.csv")},
        # What the register does not list waits in quarantine, unless it is of a kind that this machine may be.
        "enrolment": {
            "quarantine": "computers",
            "accept": [{"platform": each} for each in ("linux", "macos", "windows")],
        },
        "agents": {"interval": LAPTOP_SECONDS},
        "decisions": {"refresh": str(places.folder / "refresh.yml"), "every": f"{DECIDE_SECONDS}s"},
        "snmp": {
            "interval": f"{POLL_SECONDS}s",
            "credentials": files.credentials(district),
            "targets": [files.target(gear, places.snmp_port) for gear in district.gear],
        },
    }


def _agent(places: Places) -> str:
    return "\n".join(
        [
            "[collector]",
            f"url = {json.dumps(places.url)}",
            "[schedule]",
            f"interval = {LAPTOP_SECONDS}",
            f"interval_minimum = {LAPTOP_SECONDS}",
            "[spool]",
            f"directory = {json.dumps(str(places.folder / 'agent'))}",
        ]
    )


def _prometheus(places: Places) -> dict[str, object]:
    scrape = {
        "job_name": "homeroom",
        "scrape_interval": "10s",
        "static_configs": [{"targets": [f"127.0.0.1:{places.port}"]}],
    }
    return {"global": {"evaluation_interval": "30s"}, "scrape_configs": [scrape]}


def prometheus_options(places: Places) -> list[str]:
    """Options of Prometheus, with its data beside the demo's."""
    return [
        f"--config.file={places.prometheus}",
        f"--storage.tsdb.path={places.folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{places.prometheus_port}",
    ]
