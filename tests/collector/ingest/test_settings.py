"""What agents are told: strict, documented, and understood by the agent."""

from pathlib import Path

import pytest

from homeroom_agent.config import Schedule
from homeroom_agent.directives import in_force
from homeroom_collector.config import load
from homeroom_collector.errors import ConfigError
from homeroom_collector.ingest.settings import AgentSettings, ThroughputSettings
from homeroom_collector.strict import read_yaml

CONFIG = Path(__file__).parents[3] / "configs" / "collector.yml"


def test_the_shipped_configuration_shows_every_key_with_its_default():
    assert load(CONFIG).agents == AgentSettings()
    shown = read_yaml(CONFIG)["agents"]
    assert set(shown) == set(AgentSettings.__dataclass_fields__)
    assert set(shown["throughput"]) == set(ThroughputSettings.__dataclass_fields__)


def test_an_agent_obeys_what_it_is_told():
    told = AgentSettings(
        interval=600, jitter=0.2, probe_intervals={"disks": 7200}, reports_per_second=5, newest_first=True, echoes=1
    )
    obeyed = in_force(told.told(), Schedule())
    assert (obeyed.interval_seconds, obeyed.jitter_ratio, obeyed.probe_intervals) == (600, 0.2, {"disks": 7200})
    assert (obeyed.reports_per_second, obeyed.newest_first, obeyed.echoes) == (5, True, 1)


def test_an_agent_may_send_as_fast_as_it_can():
    assert in_force(AgentSettings(reports_per_second=None).told(), Schedule()).reports_per_second is None


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    file = tmp_path / "collector.yml"
    file.write_text(
        "agents: {jitter: 2, echoes: 9, reports_per_second: 0, probe_intervals: {disks: 5s},"
        " throughput: {share: 0.02, at_once: 3, max_bytes: 1, default_bandwidth_bps: 0}}"
    )
    with pytest.raises(ConfigError) as error:
        load(file)
    keys = {problem.removeprefix(f"{file}: agents.").partition(":")[0] for problem in error.value.problems}
    assert keys == {
        "jitter", "echoes", "reports_per_second", "probe_intervals.disks", "throughput.share", "throughput.at_once",
        "throughput.max_bytes", "throughput.default_bandwidth_bps",
    }  # fmt: skip


def test_a_misspelt_key_is_refused_with_a_suggestion(tmp_path: Path):
    file = tmp_path / "collector.yml"
    file.write_text("agents: {throughput: {shares: 0.01}}")
    with pytest.raises(ConfigError, match=r"agents\.throughput\.shares: unknown key; did you mean 'share'"):
        load(file)


def test_hours_are_read_as_times_of_day(tmp_path: Path):
    file = tmp_path / "collector.yml"
    file.write_text('agents: {throughput: {hours: {start: "06:00", end: "07:30"}}}')
    policy = load(file).agents.throughput.policy()
    assert policy is not None
    assert policy.hours is not None
    assert policy.hours.end.minute == 30
