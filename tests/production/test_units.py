"""The units of configs/systemd: hardened, understood by systemd, and true to what the programs say and need."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from free_ports import free_port
from stack import tool, until
from systemd_units import complaints, exposure

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "configs" / "systemd").glob("*.service"))
LOW_PORTS = ROOT / "configs" / "systemd" / "low-ports.conf"


def named(unit: Path) -> str:
    return unit.name


@pytest.fixture(params=["as shipped", "with low ports"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """The units as they lie in a folder of systemd's, with a program that exists."""
    for unit in UNITS:
        text = unit.read_text().replace("/opt/homeroom/bin/homeroom", "/bin/true")
        (tmp_path / unit.name).write_text(text)
        if request.param == "with low ports":
            (tmp_path / f"{unit.name}.d").mkdir()
            shutil.copy(LOW_PORTS, tmp_path / f"{unit.name}.d")
    return [tmp_path / unit.name for unit in UNITS]


def test_systemd_finds_little_that_the_collector_could_do_to_the_machine(installed: list[Path]):
    assert {unit.name: exposure(unit) for unit in installed if exposure(unit) > 2.0} == {}


def test_systemd_knows_every_word_of_a_unit(installed: list[Path]):
    assert [complaints(unit) for unit in installed] == [[]] * len(UNITS)


@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_a_unit_starts_a_command_that_there_is(unit: Path):
    start = next(line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
    command = start.removeprefix("ExecStart=/opt/homeroom/bin/homeroom ").split()[0]
    assert command in {"serve", "poll"}


class Systemd:
    """The socket on which systemd would listen."""

    def __init__(self, address: str) -> None:
        self.heard: list[str] = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.listener.bind(address)

    def listen(self) -> list[str]:
        """Everything that was said until now."""
        while True:
            try:
                self.heard.append(self.listener.recv(4096).decode())
            except BlockingIOError:
                return self.heard


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(str(tmp_path / "notify"))
    yield listening
    listening.listener.close()


def configured(folder: Path, port: int) -> Path:
    config = folder / "collector.yml"
    config.write_text(json.dumps({"listen": {"port": port}, "store": {"url": f"sqlite:///{folder}/homeroom.db"}}))
    return config


@asynccontextmanager
async def started(
    command: list[str], environment: dict[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ready(port: int) -> bool | None:
    async with aiohttp.ClientSession() as http:
        try:
            async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return True if answer.status == 200 else None
        except aiohttp.ClientConnectionError:
            return None


async def test_systemd_hears_when_the_collector_is_ready_that_it_lives_and_that_it_stops(
    tmp_path: Path, systemd: Systemd
):
    port = free_port()
    command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(configured(tmp_path, port))]
    told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}

    async def said(word: str, times: int) -> bool | None:
        return True if systemd.listen().count(word) >= times else None

    async with started(command, told, tmp_path / "log") as process:
        await until(lambda: said("READY=1", 1), 60, "a collector that says it is ready")
        assert systemd.heard[0] == "READY=1"
        assert await ready(port), "it said so before it was"
        await until(lambda: said("WATCHDOG=1", 3), 30, "signs of life")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    assert systemd.listen()[-1] == "STOPPING=1"


async def test_a_satellite_tells_systemd_the_same(tmp_path: Path, systemd: Systemd):
    config = tmp_path / "satellite.yml"
    (tmp_path / "token").write_text("hst0123456789abcdef.nobody-knows-this-one")
    collector = {"url": f"http://127.0.0.1:{free_port()}", "token_file": "token"}
    config.write_text(json.dumps({"collector": collector, "spool": {"directory": "spool"}}))
    command = [sys.executable, "-m", "homeroom_collector", "poll", "--config", str(config)]

    async def said() -> bool | None:
        return True if "READY=1" in systemd.listen() else None

    async with started(command, {"NOTIFY_SOCKET": str(tmp_path / "notify")}, tmp_path / "log") as process:
        await until(said, 60, "a satellite that says it is ready")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    assert systemd.listen() == ["READY=1", "STOPPING=1"]  # nobody asked for signs of life


# What the units and the container take away: all rights, all memory that could be written and run (prctl 65,
# PR_SET_MDWE), and every place to write to but the state directory.
CONFINED = """
set -e
mount --bind "$STATE" "$STATE"
mount -o remount,bind,ro /
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$PYTHON" -c 'import ctypes, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): print("this kernel knows no PR_SET_MDWE")
os.execv(sys.argv[1], sys.argv[1:])' "$PYTHON" -m homeroom_collector serve --config "$STATE/collector.yml"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a mount namespace; run the tests as root")
async def test_the_collector_needs_no_right_and_no_place_to_write_but_its_state_directory(tmp_path: Path):
    port, state, log = free_port(), tmp_path / "state", tmp_path / "log"
    state.mkdir()
    configured(state, port)
    confined = {"STATE": str(state), "PYTHON": sys.executable, "PYTHONDONTWRITEBYTECODE": "1"}
    async with started([tool("unshare"), "--mount", "sh", "-c", CONFINED], confined, log) as process:
        await until(lambda: ready(port), 60, "a confined collector")
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in status
        with pytest.raises(OSError, match="Read-only"):
            Path(f"/proc/{process.pid}/root{tmp_path}/elsewhere").touch()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0, log.read_text()
    assert (state / "homeroom.db").exists()
