"""A round of measuring: what is due, what is worth sending, and what a failing probe costs."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from homeroom_agent.measure import Measured, Measurement, within
from homeroom_agent.probes import Facts, Probe
from homeroom_agent.report import Cpu, Identity, Memory, OperatingSystem, Temperature, Unavailable, Uptime

NOW = 1.7e9
HOUR, DAY = 3600.0, 86400.0


class Agent:
    """Rounds one after the other, each with what the last one left on disk."""

    def __init__(self, *probes: Probe, intervals: dict[str, float] | None = None, timeout: float = 5.0) -> None:
        self.probes = probes
        self.intervals = intervals
        self.timeout = timeout
        self.memory: dict[str, dict[str, Any]] = {}

    def round(self, now: float, *, everything: bool = False) -> dict[str, Any]:
        measured = self.measured(now, everything=everything)
        self.memory |= json.loads(json.dumps(measured.memory))
        return measured.document

    def measured(self, now: float, *, everything: bool = False) -> Measured:
        measurement = Measurement(
            self.probes,
            memory=self.memory,
            resend_after_seconds=DAY,
            timeout_seconds=self.timeout,
            intervals=self.intervals,
        )
        return measurement.run(now, everything=everything)


def probe(name: str, sections: Callable[[], dict[str, Any]], interval: float = 0.0, reason: str = "") -> Probe:
    missing = [Unavailable(path=f"{name}.x", reason=reason)] if reason else []
    return Probe(name, interval, lambda _: Facts(sections(), missing))


def fixed(name: str, interval: float = 0.0, **sections: Any) -> Probe:
    return probe(name, lambda: sections, interval)


def broken(message: str = "no such sensor") -> dict[str, Any]:
    raise OSError(5, message, "/home/ann/secret")


def test_fast_facts_go_into_every_report_and_slow_ones_only_when_they_change():
    names = iter(["12", "12", "13", "13"])
    agent = Agent(
        fixed("cpu", cpu=Cpu(usage_ratio=0.5)),
        probe("os", lambda: {"os": OperatingSystem(version=next(names))}, interval=HOUR),
    )
    rounds = [agent.round(NOW + hour * HOUR) for hour in range(4)]
    assert ["cpu" in document for document in rounds] == [True] * 4
    assert [document.get("os") for document in rounds] == [{"version": "12"}, None, {"version": "13"}, None]


def test_slow_facts_are_repeated_after_a_while_though_they_did_not_change():
    agent = Agent(fixed("os", HOUR, os=OperatingSystem(version="12")))
    said = [hour for hour in range(50) if "os" in agent.round(NOW + hour * HOUR)]
    assert said == [0, 24, 48]


def test_a_slow_probe_runs_at_its_interval_and_the_collector_may_change_it():
    runs: list[float] = []
    slow = Probe("disks", DAY, lambda _: (runs.append(1), Facts({}))[1])
    agent = Agent(slow)
    for hour in range(48):
        agent.round(NOW + hour * HOUR)
    assert len(runs) == 2
    agent.intervals = {"disks": 2 * HOUR}
    for hour in range(48, 72):
        agent.round(NOW + hour * HOUR)
    assert len(runs) == 2 + 12


def test_an_interval_of_an_hour_is_not_missed_because_a_timer_fires_a_second_early():
    agent = Agent(fixed("os", HOUR, os=OperatingSystem(version="12")))
    agent.round(NOW)
    assert "probes" in agent.round(NOW + HOUR - 1)


def test_a_clock_that_was_set_back_does_not_stop_a_probe():
    agent = Agent(fixed("os", DAY, os=OperatingSystem(version="12")))
    agent.round(4.0e9)
    assert "probes" in agent.round(NOW)


def test_a_probe_that_takes_its_time_is_named_and_one_that_does_not_only_when_all_is_asked_for():
    def slow() -> dict[str, Any]:
        threading.Event().wait(0.11)
        return {"os": OperatingSystem(version="12")}

    agent = Agent(fixed("cpu", cpu=Cpu(usage_ratio=0.5)), probe("os", slow))
    assert [(run["name"], run.get("error")) for run in agent.round(NOW)["probes"]] == [("os", None)]
    assert Agent(fixed("cpu", cpu=Cpu(usage_ratio=0.5))).round(NOW)["probes"] == []


def test_a_failing_probe_is_data_and_the_others_go_on():
    agent = Agent(probe("batteries", broken), fixed("cpu", cpu=Cpu(usage_ratio=0.5)))
    document = agent.round(NOW)
    errors = {run["name"]: run.get("error") for run in document["probes"]}
    assert errors == {"batteries": "OSError: no such sensor"}, "what succeeds at once is not named"
    assert document["cpu"] == {"usage_ratio": 0.5}


def test_an_error_does_not_carry_the_path_of_a_file():
    agent = Agent(probe("batteries", broken), Probe("cpu", 0.0, lambda _: {"/home/ann": 1}["/home/bob"]))
    assert "/home" not in json.dumps(agent.round(NOW))


def test_what_the_wire_format_refuses_costs_only_the_probe_that_said_it():
    agent = Agent(fixed("cpu", cpu=Cpu(usage_ratio=7.0)), fixed("memory", memory=Memory(total_bytes=1)))
    document = agent.round(NOW)
    assert "cpu" not in document
    assert document["probes"][0]["error"] == "cpu.usage_ratio: 7.0 is above 1"
    assert document["memory"] == {"total_bytes": 1}


def test_what_a_fast_probe_found_before_it_failed_is_not_said_again():
    answers = iter([lambda: {"memory": Memory(total_bytes=1)}, broken, broken])
    agent = Agent(probe("memory", lambda: next(answers)()))
    assert [("memory" in agent.round(NOW + 300 * n)) for n in range(3)] == [True, False, False]


def test_a_slow_probe_that_failed_is_tried_again_within_the_hour():
    calls: list[int] = []

    def fail(_: dict[str, Any]) -> Facts:
        calls.append(1)
        raise OSError(5, "busy")

    agent = Agent(Probe("disks", DAY, fail))
    for minute in range(0, 121, 5):
        agent.round(NOW + minute * 60)
    assert len(calls) == 3


def test_a_probe_that_hangs_is_given_up():
    release = threading.Event()
    agent = Agent(Probe("disks", 0.0, lambda _: (release.wait(100), Facts({}))[1]), timeout=0.05)
    started = time.monotonic()
    document = agent.round(NOW)
    release.set()
    assert time.monotonic() - started < 50
    assert document["probes"][0]["error"] == "TimeoutError: no answer within 0.05 s"


def test_the_reasons_for_missing_facts_are_said_once_and_again_when_they_change():
    reasons = iter(["a", "a", "b"])
    agent = Agent(Probe("cpu", 0.0, lambda _: Facts({}, [Unavailable(path="cpu.x", reason=next(reasons))])))
    said = [agent.round(NOW + 300 * n).get("unavailable") for n in range(3)]
    assert said == [[{"path": "cpu.x", "reason": "a"}], None, [{"path": "cpu.x", "reason": "b"}]]


def test_two_probes_may_complete_one_section_and_lists_are_joined():
    agent = Agent(
        fixed("crashes", DAY, uptime=Uptime(crashes_total=3)),
        fixed("uptime", uptime=Uptime(uptime_seconds=5.0)),
        fixed("a", temperatures=[Temperature(name="cpu", celsius=40.0)]),
        fixed("b", temperatures=[Temperature(name="disk", celsius=30.0)]),
    )
    agent.round(NOW)
    document = agent.round(NOW + 300)  # the slow half is remembered
    assert document["uptime"] == {"uptime_seconds": 5.0, "crashes_total": 3}
    assert [row["name"] for row in document["temperatures"]] == ["cpu", "disk"]


def test_everything_means_every_probe_and_every_section():
    agent = Agent(fixed("identity", DAY, identity=Identity(platform="linux")), fixed("cpu", cpu=Cpu()))
    agent.round(NOW)
    assert {"identity", "cpu", "unavailable"} <= agent.round(NOW + 1, everything=True).keys()


def test_a_probe_finds_what_it_remembered_unless_it_failed():
    def count(memory: dict[str, Any]) -> Facts:
        memory["runs"] = memory.get("runs", 0) + 1
        if memory["runs"] == 2:
            raise OSError(5, "once")
        return Facts({"cpu": Cpu(throttled_total=memory["runs"])})

    agent = Agent(Probe("cpu", 0.0, count))
    counts = [agent.round(NOW + 300 * n).get("cpu") for n in range(2)]
    assert counts == [{"throttled_total": 1}, None]
    assert agent.memory["probe.cpu"]["memory"] == {"runs": 1}


def test_an_error_inside_a_thread_reaches_the_one_who_waits():
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: Facts({"x": 1 // 0}))
