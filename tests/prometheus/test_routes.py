"""The configuration of Alertmanager: what goes where, and that nothing about tickets is ever muted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from stack import tool

FILE = Path(__file__).parents[2] / "configs" / "alertmanager" / "alertmanager.yml"
DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def amtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool("amtool"), *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_amtool_finds_nothing_to_complain_of():
    ran = amtool("check-config", str(FILE))
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"alertname": "Watchdog", "severity": "none"}, "nobody"),
        ({"alertname": "HomeroomSchoolUnreachable", "severity": "critical", "scope": "school"}, "people-now,homeroom"),
        ({"alertname": "HomeroomGearDown", "severity": "warning", "scope": "device"}, "people-at-work,homeroom"),
        ({"alertname": "HomeroomDevicesMissing", "severity": "info", "scope": "school"}, "homeroom"),
        ({"alertname": "HomeroomTicketsStuck", "severity": "warning", "scope": "meta"}, "people-now"),
        ({"alertname": "YourOwn", "severity": "page"}, "homeroom"),
    ],
)
def test_alerts_go_where_they_should(labels: dict[str, str], receivers: str):
    given = [f"{name}={value}" for name, value in labels.items()]
    test = ["config", "routes", "test", f"--config.file={FILE}", f"--verify.receivers={receivers}"]
    ran = amtool(*test, *given)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_nothing_on_its_way_to_a_ticket_is_muted():
    routes = [DOCUMENT["route"], *DOCUMENT["route"]["routes"]]
    assert [each for each in routes if each["receiver"] == "homeroom" and "mute_time_intervals" in each] == []
    [receiver] = [each for each in DOCUMENT["receivers"] if each["name"] == "homeroom"]
    assert receiver["webhook_configs"][0]["send_resolved"]
    assert receiver["webhook_configs"][0]["max_alerts"] == 0


def test_a_group_is_a_ticket():
    assert DOCUMENT["route"]["group_by"] == ["school", "incident", "subject"]
