"""A laptop's life over weeks, with the clock passed in: offline for a month, cloned, set up again, dated wrongly.

The parts are the real ones, on a disk and against a real HTTP server; only the probes and the clock are the test's.
"""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_laptop import DAY, FIVE_MINUTES, START, Laptop
from agent_servers import Collector, problem, serving
from homeroom_agent import identity
from homeroom_agent.attempts import wait_seconds
from homeroom_agent.config import load
from homeroom_agent.errors import AgentError, TransportError
from homeroom_agent.probes import Facts, Probe
from homeroom_agent.report import Battery, Fan, Filesystem, Link, Memory, Temperature


@pytest.fixture
def collector() -> Iterator[Collector]:
    with serving(Collector()) as running:
        yield running


@pytest.fixture
def laptop(tmp_path: Path, collector: Collector) -> Laptop:
    return Laptop(tmp_path / "laptop", collector.url)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_thirty_days_offline_lose_nothing_repeat_nothing_and_fit(quick_disk: Path, collector: Collector):
    laptop = Laptop(quick_disk / "laptop", collector.url)
    collector.settings = {"reports_per_second": 40.0}
    first = laptop.measure()
    laptop.send()
    month = laptop.measure(30 * 288, every=FIVE_MINUTES)
    assert laptop.waiting() == 30 * 288
    assert sum(file.stat().st_size for file in (laptop.folder / "state").iterdir()) < 20_000_000
    came_back, sessions = laptop.clock.now, 0
    while laptop.waiting():
        laptop.send()
        sessions += 1
    assert collector.order == first + month
    assert collector.duplicates == 0
    assert laptop.clock.now - came_back >= (30 * 288 - 100) / 40.0 - sessions * 3
    assert sessions > 1  # each ends in time to let a measurement through
    measured = [report["measured_at"] for report in collector.reports.values()]
    assert {round(b - a) for a, b in itertools.pairwise(measured)} == {300}
    assert all(report["lost_reports_total"] == 0 for report in collector.reports.values())
    assert sum("identity" in report for report in collector.reports.values()) in (31, 32)


def test_newest_first_if_so_told(laptop: Laptop, collector: Collector):
    first = laptop.measure()
    collector.settings = {"newest_first": True}
    laptop.send()
    waited = laptop.measure(250, every=FIVE_MINUTES)
    laptop.send()
    assert collector.order == first + waited[::-1]


def test_a_cloned_disk_enrols_as_itself_and_brings_none_of_the_other_machine_s_reports(laptop, collector, tmp_path):
    laptop.measure()
    laptop.send()
    laptop.measure()  # waits on the disk that is copied now
    copy = laptop.copy_of_disk(tmp_path / "copy", "SERIAL2")
    (number,) = copy.measure()
    copy.send()
    assert [device["serial"] for device in collector.devices] == ["SERIAL1", "SERIAL2"]
    assert collector.order[1:] == [number]
    assert collector.reports[number]["identity"]["serial"] == "SERIAL2"
    assert collector.reports[number]["uptime"]["boots_total"] == 2  # counted before it was noticed
    copy.clock.now += FIVE_MINUTES
    assert collector.reports[next_report(copy, collector)]["uptime"]["boots_total"] == 1


def next_report(laptop: Laptop, collector: Collector) -> int:
    (number,) = laptop.measure()
    laptop.send()
    assert number in collector.reports
    return number


def test_a_cloned_disk_without_a_token_does_not_speak_as_the_other_machine(laptop, collector, tmp_path):
    laptop.measure()
    laptop.send()
    copy = laptop.copy_of_disk(tmp_path / "copy", "SERIAL2")
    (copy.folder / "agent.toml").write_text(f'[collector]\nurl = "{collector.url}"\nproxy = "none"\n')
    copy.config = load(copy.folder / "agent.toml", {"HOMEROOM_AGENT_SPOOL_DIRECTORY": str(copy.folder / "state")})
    copy.measure()
    with pytest.raises(AgentError, match="no enrolment token"):
        copy.send()
    assert len(collector.reports) == 1
    assert identity.load(copy.config.directories[:1]) is None


def test_a_machine_that_was_set_up_again_comes_back_with_its_serial_and_higher_numbers(laptop, collector, tmp_path):
    last = next_report(laptop, collector)
    again = Laptop(tmp_path / "again", collector.url, boot="boot-2")
    again.clock.now = 3600.0
    assert next_report(again, collector) > last
    assert [device["serial"] for device in collector.devices] == ["SERIAL1", "SERIAL1"]
    assert "identity" in collector.reports[max(collector.reports)]


def test_a_new_enrolment_is_told_everything_again(laptop, collector):
    for _ in range(2):
        next_report(laptop, collector)
        laptop.clock.now += FIVE_MINUTES
    assert "identity" not in collector.reports[next_report(laptop, collector)]
    collector.key = "lost"
    laptop.clock.now += FIVE_MINUTES
    next_report(laptop, collector)
    laptop.clock.now += FIVE_MINUTES
    assert "identity" in collector.reports[next_report(laptop, collector)]


def test_after_a_boot_every_probe_looks_again(laptop, collector):
    laptop.measure()
    laptop.clock.now += FIVE_MINUTES
    laptop.reboot("boot-2")
    laptop.serial = "NEW-MAINBOARD"
    laptop.measure()
    laptop.send()
    assert collector.devices[0]["serial"] == "NEW-MAINBOARD"


def test_reports_measured_before_the_clock_was_set_are_dated_rightly(laptop, collector):
    laptop.clock.error = -13 * 365 * DAY  # a dead CMOS battery
    (wrong,) = laptop.measure()
    laptop.clock.now += FIVE_MINUTES
    laptop.clock.error = 0.0  # NTP
    (right,) = laptop.measure()
    laptop.clock.now += 10
    laptop.send()
    dated = {number: collector.reports[number]["measured_at"] for number in (wrong, right)}
    assert dated == {wrong: START, right: START + FIVE_MINUTES}


def test_reports_of_an_earlier_boot_keep_the_date_they_had(laptop, collector):
    laptop.clock.error = 3600.0
    (number,) = laptop.measure()
    laptop.reboot("boot-2")
    laptop.clock.error = 0.0
    laptop.measure()
    laptop.send()
    assert collector.reports[number]["measured_at"] == START + 3600


def test_a_clock_set_back_by_years_does_not_keep_the_agent_waiting(laptop, collector):
    laptop.measure()
    laptop.send()
    laptop.measure()
    collector.replies = [None, None, None, problem(503, "full", Retry_After="60")]
    with pytest.raises(TransportError):
        laptop.send()
    with laptop.awake() as (_, state):
        assert 60 <= wait_seconds(state, laptop.clock.wall()) <= 66
        assert wait_seconds(state, laptop.clock.wall() - 9 * 365 * DAY) == 0.0


def test_the_log_says_once_that_reports_wait_and_once_that_they_do_not(laptop, collector, caplog):
    caplog.set_level("INFO")
    laptop.measure()
    laptop.send()
    for _ in range(3):
        laptop.measure()
        collector.replies = [None, None, None, problem(503, "full")]
        with pytest.raises(TransportError):
            laptop.send()
    laptop.send()
    said = [record.message.split(":")[0] for record in caplog.records]
    assert said == ["enrolled as dev-1", "reports wait", "the collector takes reports again"]


def test_what_the_agent_keeps_on_disk_holds_no_secret_but_the_key(laptop, collector):
    collector.key = "s3cret"
    next_report(laptop, collector)
    key = json.loads((laptop.folder / "state" / "device.json").read_text())["device_key"]
    assert key.encode() not in (laptop.folder / "state" / "spool.db").read_bytes()


def test_a_well_equipped_laptop_stays_within_900_bytes_a_report(laptop: Laptop, collector: Collector):
    dice = random.Random(7)

    def busy() -> list[Facts]:
        radio = {
            "wifi_band": "5GHz",
            "wifi_signal_dbm": float(dice.randint(-80, -40)),
            "wifi_rate_bps": dice.randrange(10**9),
            "roams_total": dice.randrange(90),
        }
        cable = {"speed_bps": 10**9, "full_duplex": True}
        kinds = (("wlp0s20f3", "wifi"), ("enp0s31f6", "ethernet"), ("enx00e04c680001", "ethernet"))
        links = [
            Link(
                name=name, type=kind, up=True, active=kind == "wifi", **(radio if kind == "wifi" else cable),
                receive_bytes=dice.randrange(10**12), transmit_bytes=dice.randrange(10**11), receive_errors=0,
                transmit_errors=0, receive_drops=dice.randrange(9999), transmit_drops=0,
            )
            for name, kind in kinds
        ]  # fmt: skip
        batteries = [
            Battery(
                name=name, manufacturer="SMP", model="DELL 0WFK4", design_capacity_wh=42.0,
                full_charge_capacity_wh=31.35, health_ratio=0.7464,
                cycle_count=412, charge_ratio=round(dice.random(), 3), state="discharging",
            )
            for name in ("BAT0", "BAT1")
        ]  # fmt: skip
        temperatures = [
            Temperature(name=name, celsius=round(dice.uniform(30, 90), 1), critical_celsius=100.0)
            for name in ("cpu", "core 0", "core 1", "core 2", "core 3", "board", "gpu", "battery")
        ]
        memory = Memory(
            total_bytes=8_182_550_528, available_bytes=dice.randrange(8 * 10**9), swap_total_bytes=4_294_963_200,
            swap_used_bytes=dice.randrange(10**9), pressure_ratio=round(dice.random(), 4),
        )  # fmt: skip
        filesystems = [
            Filesystem(mount=mount, filesystem="ext4", size_bytes=125_000_000_000, free_bytes=dice.randrange(10**11))
            for mount in ("/", "/home")
        ]
        return [
            Facts({"links": links}),
            Facts({"batteries": batteries}),
            Facts({"temperatures": temperatures, "fans": [Fan(name="cpu", rpm=float(dice.randrange(4000)))]}),
            Facts({"memory": memory, "filesystems": filesystems}),
        ]

    plain = laptop.probes

    def everything() -> list[Probe]:
        names = ("links", "batteries", "temperatures", "memory")
        rich = [Probe(name, 0.0, lambda _, at=at: busy()[at]) for at, name in enumerate(names)]
        return [*plain(), *rich]

    laptop.probes = everything
    for _ in range(6):
        laptop.measure(every=FIVE_MINUTES)
        laptop.send()
    assert max(len(body) for body in collector.bodies[2:]) <= 880


def test_facts_that_are_sound_alone_and_too_many_together_cost_only_their_section(laptop, collector, caplog):
    plain = laptop.probes
    rows = [Temperature(name=f"t{number}", celsius=40.0) for number in range(40)]
    laptop.probes = lambda: [*plain(), *(Probe(name, 0.0, lambda _: Facts({"temperatures": rows})) for name in "ab")]
    report = collector.reports[next_report(laptop, collector)]
    assert "temperatures" not in report
    assert report["cpu"]
    assert "temperatures is left out" in caplog.text
