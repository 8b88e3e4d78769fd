"""A real Alertmanager on loopback, and the alerts that a Prometheus would send it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from free_ports import free_port

_START_SECONDS = 60.0


def program(name: str = "prometheus-alertmanager") -> str | None:
    return shutil.which(name) or shutil.which("alertmanager")


def alert(name: str, **labels: str) -> dict[str, Any]:
    """One alert as Prometheus sends it."""
    kind = {"severity": "critical", "incident": "uplink_down", "school": "lincoln"}
    return {"labels": {"alertname": name, **kind, **labels}, "annotations": {"summary": f"{name} of {labels}"}}


WATCHDOG = {"labels": {"alertname": "Watchdog", "severity": "none"}, "annotations": {}}


@dataclass
class Alertmanager:
    """One process; it can be killed and started again on the same data."""

    folder: Path
    config: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            str(program()),
            f"--config.file={self.config}",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        with (self.folder / "alertmanager.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.folder / "alertmanager.log").read_text(errors="replace"))
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None

    def send(self, alerts: Sequence[dict[str, Any]], *, resolved: bool = False, lasts_seconds: float = 3600) -> None:
        """Tell it, as Prometheus does again and again, that alerts fire; or that they are over."""
        end = datetime.fromtimestamp(time.time() + (-1 if resolved else lasts_seconds), UTC).isoformat()
        for start in range(0, len(alerts), 64):
            body = json.dumps([each | {"endsAt": end} for each in alerts[start : start + 64]]).encode()
            headers = {"Content-Type": "application/json"}
            request = urllib.request.Request(f"{self.url}/api/v2/alerts", data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200


@contextmanager
def running(folder: Path, config: dict[str, Any]) -> Iterator[Alertmanager]:
    """An Alertmanager with this configuration, until the block ends."""
    file = folder / "alertmanager.yml"
    file.write_text(json.dumps(config))
    manager = Alertmanager(folder, file)
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()
