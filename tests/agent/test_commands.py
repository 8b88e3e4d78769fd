"""The real program, as a technician or a timer starts it, against a real HTTP server."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_servers import PORTAL, Collector, problem, serving
from homeroom_agent.report import decode
from homeroom_agent.state import State


@pytest.fixture
def collector() -> Iterator[Collector]:
    with serving(Collector()) as running:
        yield running


class Agent:
    """A configured agent with its own state."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.settings = {
            "collector": {"url": url, "token": "token", "proxy": "none"},
            "schedule": {"interval": 10, "interval_minimum": 10},
            "spool": {"directory": str(folder / "state")},
        }

    def command(self, *arguments: str) -> list[str]:
        lines = [
            line
            for section, values in self.settings.items()
            for line in (f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items()))
        ]
        config = self.folder / "agent.toml"
        config.write_text("\n".join(lines))
        return [sys.executable, "-m", "homeroom_agent", *arguments, "--config", str(config)]

    def __call__(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == status, ran.stdout + ran.stderr
        return ran

    @property
    def key(self) -> Path:
        return self.folder / "state" / "device.json"


@pytest.fixture
def agent(tmp_path: Path, collector: Collector) -> Agent:
    return Agent(tmp_path, collector.url)


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_once_enrols_and_sends_a_report_that_the_wire_format_takes(agent: Agent, collector: Collector):
    assert "was sent to" in agent("once").stdout
    (report,) = collector.reports.values()
    decoded = decode(json.dumps(report))
    assert decoded.source == "agent"
    assert decoded.uptime.uptime_seconds > 0
    assert decoded.uptime.boots_total == 1
    assert decoded.lost_reports_total == 0
    assert 0 <= decoded.sent_at - decoded.measured_at < 30
    assert collector.devices[0]["platform"]
    assert stat.S_IMODE(agent.key.stat().st_mode) == 0o600


def test_a_second_report_uses_the_same_key_a_new_number_and_leaves_out_what_did_not_change(agent, collector):
    for _ in range(3):
        agent("once")
    assert len(collector.devices) == 1
    first, second, third = collector.reports.values()
    assert [second["sequence"], third["sequence"]] == [first["sequence"] + 1, first["sequence"] + 2]
    assert "identity" in first  # the second too: the device enrolled in between
    assert not {"identity", "os", "unavailable"} & third.keys()
    assert third["connectivity"]["loss_ratio"] == 0
    assert third["connectivity"]["latency_seconds"] > 0


def test_a_steady_report_is_at_most_900_bytes_on_the_wire(agent, collector):
    for _ in range(4):
        agent("once")
    assert len(collector.bodies[-1]) <= 900


def test_once_that_cannot_send_fails_and_leaves_nothing_behind(agent, collector):
    collector.replies = [PORTAL]
    failed = agent("once", status=1)
    assert "no Homeroom collector" in failed.stderr
    agent("once")
    assert len(collector.reports) == 1


def test_once_for_a_timer_keeps_what_it_cannot_send_and_sends_it_later(agent, collector):
    good, agent.settings["collector"]["url"] = collector.url, "http://127.0.0.1:1"
    for _ in range(3):
        agent("once", "--spool")
    agent.settings["collector"]["url"] = good
    (agent.folder / "state" / "spool.db").touch()
    time.sleep(0.1)
    until(lambda: agent("once", "--spool") and len(collector.reports) >= 4, 60)
    assert sorted(collector.reports) == collector.order


def test_a_timer_waits_out_the_back_off_that_the_collector_asked_for(agent, collector):
    collector.replies = [None, None, None, None, problem(503, "the store is full", Retry_After="3600")]
    first = agent("once", "--spool")
    assert "the store is full" in first.stderr
    asked = len(collector.requests)
    agent("once", "--spool")
    assert len(collector.requests) == asked


def test_a_key_that_is_refused_is_replaced_with_the_token(agent, collector):
    agent("once")
    collector.key = "another"
    assert "enrolling again" in agent("once").stderr
    assert len(collector.devices) == 2
    assert len(collector.reports) == 2


def test_a_key_that_is_refused_is_kept_where_there_is_no_token(agent, collector):
    agent("once")
    key = agent.key.read_text()
    agent.settings["collector"]["token"] = ""
    collector.key = "another"
    assert "not known" in agent("once", status=1).stderr
    assert agent.key.read_text() == key


def test_a_token_that_is_refused_is_said(agent, collector):
    agent.settings["collector"]["token"] = "wrong"
    assert "this token is not valid" in agent("enroll", status=1).stderr
    assert not agent.key.exists()


def test_without_key_and_token_the_agent_says_what_to_set(agent):
    agent.settings["collector"]["token"] = ""
    assert "set collector.token" in agent("once", status=1).stderr


def test_enroll_alone_gets_a_key_and_sends_no_report(agent, collector):
    assert agent("enroll").stdout == "enrolled as dev-1\n"
    assert collector.requests == ["POST /api/v1/enroll"]
    agent("once")
    assert len(collector.devices) == 1


def test_show_prints_a_whole_report_and_touches_nothing(agent, collector):
    shown = agent("show").stdout
    assert shown.startswith('{\n  "version": 1,\n')
    assert decode(shown).identity.platform
    assert not collector.requests
    assert not (agent.folder / "state").exists()


def test_show_after_reports_were_sent_still_shows_everything(agent, collector):
    agent("once")
    agent("once")
    with State(agent.folder / "state" / "spool.db") as state:
        before = state.all()
        report = decode(agent("show").stdout)
        assert state.all() == before
    assert report.identity
    assert report.os
    assert report.uptime.boots_total == 1
    assert report.sequence == max(collector.reports) + 1


@pytest.mark.parametrize("command", ["run", "once", "show", "enroll", "check-config", "deliver"])
def test_a_wrong_configuration_is_told_whole_and_exits_2(agent, command: str):
    agent.settings |= {"spol": {"x": 1}, "log": {"level": "loud"}}
    lines = agent(command, status=2).stderr.splitlines()
    assert len(lines) == 2
    assert "did you mean 'spool'?" in "".join(lines)


def test_check_config_names_everything_and_is_content_with_what_is_sound(agent):
    assert agent("check-config").stdout == "the configuration is sound\n"
    agent.settings["collector"] = {"token_file": "/nowhere"}
    assert len(agent("check-config", status=2).stderr.splitlines()) == 2


def test_no_secret_reaches_the_log(agent, collector):
    agent.settings["log"] = {"level": "debug"}
    agent.settings["collector"]["token"] = "s3cret-token"
    collector.tokens, collector.key = {"s3cret-token"}, "s3cret-key"
    ran = agent("once")
    assert "s3cret" not in ran.stdout + ran.stderr


@pytest.fixture
def running(agent: Agent) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started = []

    def start() -> subprocess.Popen[str]:
        started.append(subprocess.Popen(agent.command("run"), stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return errors


def test_run_reports_until_it_is_told_to_stop_and_ends_cleanly(agent, collector, running):
    process = running()
    until(lambda: collector.reports)
    stop(process)
    assert (agent.folder / "state" / "ended").read_text()


def test_run_stops_at_once_though_a_sending_process_waits_for_an_answer(agent, collector, running):
    asked, release = threading.Event(), threading.Event()
    take = collector._take

    def slow(body: bytes, headers: Any):
        asked.set()
        release.wait(100)
        return take(body, headers)

    collector._take = slow
    process = running()
    assert asked.wait(30)
    started = time.monotonic()
    stop(process, signal.SIGINT)
    release.set()
    assert time.monotonic() - started < 20, "the answer would be waited for during 30 s"


def test_a_killed_service_counts_no_shutdown_and_loses_no_report(agent, collector, running):
    process = running()
    until(lambda: collector.reports)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    process = running()
    until(lambda: len(collector.reports) == 2)
    stop(process)
    assert [report["uptime"]["unexpected_shutdowns_total"] for report in collector.reports.values()] == [0, 0]


def test_run_tries_again_soon_after_a_failure_and_obeys_the_interval_it_is_given(agent, collector, running):
    collector.settings = {"interval_seconds": 10}
    collector.replies = [None, None, None, None, problem(503, "starting", Retry_After="1")]
    agent.settings["schedule"] = {"interval": 3600}
    process = running()
    until(lambda: len(collector.reports) == 1)
    assert "starting" in stop(process)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux has")
def test_the_resident_process_is_small(agent, collector, running):
    process = running()
    until(lambda: collector.reports)
    until(lambda: not children(process.pid))
    status = Path(f"/proc/{process.pid}/status").read_text()
    resident_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    stop(process)
    assert resident_kb < 22_000


def children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def test_parse_dispatches_and_says_what_it_does_not_read(tmp_path: Path):
    command = [sys.executable, "-m", "homeroom_agent", "parse"]
    sample = tmp_path / "x.meminfo.txt"
    sample.write_text("MemTotal:       16284376 kB\nMemAvailable:    8000000 kB\n")
    ran = subprocess.run([*command, "memory", sample], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout)
    other = tmp_path / "x.unheard-of"
    other.write_text("")
    unread = subprocess.run([*command, "memory", other], capture_output=True, text=True, timeout=60, check=False)
    assert unread.returncode == 3
    assert subprocess.run([*command, "memory"], capture_output=True, timeout=60, check=False).returncode == 2


def test_a_read_only_home_is_said_and_reports_go_on_from_memory(agent, collector, monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "memory"))
    (tmp_path / "state").write_text("a file, so that nothing can be written below it")
    for _ in range(2):
        assert "until that is cured" in agent("once", "--spool").stderr
    assert len(collector.reports) == 2
    assert len(collector.devices) == 1
    assert all("boots_total" not in report["uptime"] for report in collector.reports.values())


def test_what_was_kept_in_memory_is_sent_when_the_disk_is_cured(agent, collector, monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "memory"))
    (tmp_path / "state").write_text("a file")
    good, agent.settings["collector"]["url"] = collector.url, "http://127.0.0.1:1"
    agent("once", "--spool")
    (tmp_path / "state").unlink()
    agent.settings["collector"]["url"] = good

    def both_arrived() -> bool:
        agent("once", "--spool")
        return {"boots_total" in report["uptime"] for report in collector.reports.values()} == {False, True}

    until(both_arrived, 60)


def test_without_another_place_a_read_only_home_is_an_error_that_names_it(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "file" / "memory"))
    (tmp_path / "file").write_text("")
    (tmp_path / "state").write_text("")
    failed = agent("once", "--spool", status=1)
    assert "state/spool.db" in failed.stderr
    assert "file/memory/spool.db" in failed.stderr
