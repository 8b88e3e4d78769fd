"""A laptop for tests: the agent's real parts on a real disk, with a clock and probes that the test holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homeroom_agent.config import Config, load
from homeroom_agent.probes import Facts, Probe
from homeroom_agent.report import Cpu, Identity, Uptime
from homeroom_agent.rounds import Rounds
from homeroom_agent.sending import Sending
from homeroom_agent.spool import Spool
from homeroom_agent.state import State
from homeroom_agent.stores import stores

START = 1.7e9
FIVE_MINUTES, DAY = 300.0, 86400.0


class LaptopClock:
    """A wall clock that may be wrong, and a steady one that may not."""

    def __init__(self) -> None:
        self.now = 0.0
        self.error = 0.0

    def wall(self) -> float:
        return START + self.now + self.error

    def steady(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


class Laptop:
    """Measures and sends as ``once --spool`` does."""

    def __init__(self, folder: Path, url: str, *, serial: str = "SERIAL1", boot: str = "boot-1") -> None:
        self.folder = folder
        self.serial = serial
        self.boot = boot
        self.clock = LaptopClock()
        folder.mkdir(exist_ok=True)
        (folder / "agent.toml").write_text(f'[collector]\nurl = "{url}"\ntoken = "token"\nproxy = "none"\n')
        environment = {"HOMEROOM_AGENT_SPOOL_DIRECTORY": str(folder / "state")}
        self.config: Config = load(folder / "agent.toml", environment)

    def probes(self) -> list[Probe]:
        return [
            Probe("cpu", 0.0, lambda _: Facts({"cpu": Cpu(usage_ratio=round(self.clock.now % 997 / 997, 4))})),
            Probe("identity", DAY, lambda _: Facts({"identity": Identity(platform="linux", serial=self.serial)})),
            Probe("uptime", 0.0, lambda _: Facts({"uptime": Uptime(uptime_seconds=self.clock.now)})),
        ]

    @contextmanager
    def awake(self) -> Iterator[tuple[Spool, State]]:
        with stores(self.config, self.config.directory, now=self.clock.wall) as opened:
            yield opened

    def measure(self, times: int = 1, every: float = 0.0) -> list[int]:
        rounds = Rounds(self.config, self.probes(), clock=self.clock, boot=self.boot)
        numbers = []
        with self.awake() as (spool, state):
            for _ in range(times):
                self.clock.now += every
                rounds.note_boot(state, self.folder / "state" / "ended", watching=False)
                numbers.append(rounds.keep(spool, state))
        return numbers

    def send(self) -> None:
        with self.awake() as (spool, state):
            Sending(self.config, spool, state, clock=self.clock, boot=self.boot).attempt()

    def waiting(self) -> int:
        with self.awake() as (spool, _):
            return len(spool)

    def reboot(self, name: str) -> None:
        self.boot = name

    def copy_of_disk(self, folder: Path, serial: str) -> Laptop:
        other = Laptop(folder, self.config.collector.url, serial=serial, boot="boot-of-the-copy")
        other.clock.now = self.clock.now + 600
        (folder / "state").mkdir()
        for file in (self.folder / "state").iterdir():
            (folder / "state" / file.name).write_bytes(file.read_bytes())
            (folder / "state" / file.name).chmod(0o600)
        return other
