"""Real SNMP agents for tests: net-snmp's snmpd with a configuration of its own, and snmpsim over recordings."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from free_ports import free_port

SNMPD = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
SNMPD_MISSING = "needs snmpd: sudo apt-get install snmpd"
SIMULATOR = Path(sys.executable).parent / "snmpsim-command-responder"


@contextmanager
def snmpd(folder: Path, lines: list[str]) -> Iterator[int]:
    """Run snmpd with these configuration lines; give its port."""
    assert SNMPD
    port = free_port()
    (folder / "snmpd.conf").write_text("\n".join([f"agentAddress udp:127.0.0.1:{port}", *lines, ""]))
    command = [
        SNMPD,
        "-f",
        "-Lf",
        str(folder / "log"),
        "-C",
        "-c",
        str(folder / "snmpd.conf"),
        "-p",
        str(folder / "pid"),
    ]
    environment = os.environ | {"SNMP_PERSISTENT_DIR": str(folder / "persistent"), "MIBS": ""}
    with running(command, environment):
        until_bound(port)
        yield port


@contextmanager
def simulator(recordings: Path, cache: Path, *more: str) -> Iterator[int]:
    """Run snmpsim over a folder of recordings; give its port. The community is the recording's name."""
    port = free_port()
    as_root = ["--process-user=root", "--process-group=root"] if os.geteuid() == 0 else []
    command = [
        str(SIMULATOR),
        *as_root,
        f"--data-dir={recordings}",
        f"--cache-dir={cache}",
        "--log-level=error",
        *more,
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
    ]
    with running(command, dict(os.environ)):
        until_bound(port, seconds=60)
        yield port


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run a program until the block ends."""
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def until_bound(port: int, seconds: float = 15, host: str = "127.0.0.1") -> None:
    """Wait until somebody has the port: the kernel refuses what is sent to one that nobody has."""
    limit = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((host, port))
        s.settimeout(0.05)
        while time.monotonic() < limit:
            try:
                s.send(b"\x30\x00")
                s.recv(1)
            except TimeoutError:
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
    raise TimeoutError(f"nobody listens at {host}:{port}")
