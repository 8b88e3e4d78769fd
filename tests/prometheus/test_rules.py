"""The rules for Prometheus: each fires when it should, none when it should not, and the tests notice every change."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack import tool

ROOT = Path(__file__).parents[2]
FILE = ROOT / "configs" / "prometheus" / "rules" / "homeroom.yml"
DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
ALERTS = {rule["alert"]: rule for group in DOCUMENT["groups"] for rule in group["rules"] if "alert" in rule}
QUIET = sorted(set(ALERTS) - {"Watchdog"})

Series = dict[str, str]


def gear(school: str, values: str, count: int = 4, kind: str = "access_point") -> Series:
    name = 'homeroom_target_up{{school="{0}",device="{0}-{1}",kind="{2}"}}'
    return {name.format(school, number, kind): values for number in range(count)}


def laptops(school: str, values: str) -> Series:
    return {f'homeroom_devices{{school="{school}",class="computer",state="on_campus",model="x"}}': values}


def lesson(school: str, values: str) -> Series:
    return {f'homeroom_school_in_session{{school="{school}"}}': values}


def well() -> Series:
    """A district in which everything works; ninety minutes in steps of half a minute."""
    found: Series = {'up{job="homeroom"}': "1x180", "homeroom_build_info": "1x180"}
    for school in ("adams", "king", "lee", "lincoln", "parks"):
        found |= gear(school, "1x180") | laptops(school, "300x180") | lesson(school, "1x180")
        found |= gear(f"{school}", "1x180", 1, "switch")
    return found | {
        'homeroom_ups_on_battery{school="adams",device="ups"}': "0x180",
        'homeroom_device_disk_failing{school="adams",device="d",disk="sda"}': "0x180",
        'homeroom_devices{school="adams",class="computer",state="missing",model="x"}': "0x180",
        'homeroom_school_wan_receive_bytes_per_second{school="adams"}': "50x180",
        'homeroom_school_bandwidth_contracted_bytes_per_second{school="adams"}': "100x180",
        "homeroom_ingest_failed_commits_total": "0x180",
        "homeroom_ingest_commit_under_way_seconds": "0.1x180",
        "homeroom_poll_busy_ratio": "0.2x180",
        "homeroom_ticket_oldest_undone_seconds": "0x180",
        "homeroom_tickets_stuck": "0x180",
        "homeroom_alert_inbox_waiting": "0x180",
    }


def scene(name: str, series: Series, fires: dict[str, list[str]], quiet: dict[str, list[str]]) -> dict[str, Any]:
    """``fires`` and ``quiet``: alerts by the moments at which they do, and do not."""
    expr = 'count(ALERTS{{alertname="{}",alertstate="firing"}})'
    return {
        "name": name,
        "interval": "30s",
        "input_series": [{"series": each, "values": values} for each, values in (well() | series).items()],
        "promql_expr_test": [
            {"expr": f"{expr.format(alert)} > bool 0", "eval_time": at, "exp_samples": [{"labels": "{}", "value": 1}]}
            for alert, moments in fires.items()
            for at in moments
        ],
        "alert_rule_test": [
            {"eval_time": at, "alertname": alert, "exp_alerts": []}
            for alert, moments in quiet.items()
            for at in moments
        ],
    }


ALL_DAY = ["5m", "30m", "60m", "89m"]
ADAMS = '{school="adams"}'
SCENES = [
    scene("all is well", {}, {"Watchdog": ALL_DAY}, dict.fromkeys(QUIET, ALL_DAY)),
    scene(
        "site outage: the cause fires before its effects and clears after them",
        gear("lincoln", "1x9 0x40 1x131") | gear("lincoln", "1x9 0x40 1x131", 1, "switch"),
        {
            "HomeroomSchoolUnreachable": ["7m30s", "20m", "34m"],
            "HomeroomGearDown": ["11m"],
            "HomeroomSwitchDown": ["11m"],
        },
        {
            "HomeroomSchoolUnreachable": ["6m30s", "37m"],
            "HomeroomGearDown": ["9m30s", "31m30s"],
            "HomeroomSwitchDown": ["9m30s", "31m30s"],
            "HomeroomDistrictOutage": ALL_DAY,
            "HomeroomSchoolLost": ALL_DAY,
        },
    ),
    scene(
        "core outage",
        {k: v for school in ("king", "lee", "lincoln") for k, v in gear(school, "1x9 0x171").items()}
        | {k: v for school in ("king", "lee", "lincoln") for k, v in gear(school, "1x9 0x171", 1, "switch").items()},
        {"HomeroomDistrictOutage": ["6m30s", "20m"], "HomeroomSchoolUnreachable": ["8m"]},
        {"HomeroomDistrictOutage": ["5m30s"], "HomeroomSchoolUnreachable": ["6m30s"]},
    ),
    scene(
        "a school whose gear nobody polls any more",
        gear("lincoln", "1x20 _x160") | gear("lincoln", "1x20 _x160", 1, "switch"),
        {"HomeroomSchoolLost": ["21m"]},
        {"HomeroomSchoolLost": ["16m"], "HomeroomSchoolUnreachable": ALL_DAY},
    ),
    scene(
        "a dark school in the middle of a lesson",
        laptops("lincoln", "300x20 0x160"),
        {"HomeroomSchoolDark": ["15m"]},
        {"HomeroomSchoolDark": ["10m", "13m", "59m"], "HomeroomSchoolUnreachable": ALL_DAY},
    ),
    scene(
        "summer: empty schools, full lines and laptops that nobody misses",
        laptops("lincoln", "300x20 0x160")
        | lesson("lincoln", "0x180")
        | lesson("adams", "0x180")
        | {f"homeroom_school_wan_receive_bytes_per_second{ADAMS}": "99x180"}
        | {'homeroom_devices{school="adams",class="computer",state="missing",model="x"}': "40x180"},
        {},
        dict.fromkeys(QUIET, ALL_DAY),
    ),
    scene(
        "snow day: called off in the morning, and nobody comes",
        {k: v for s in ("adams", "lincoln") for k, v in (laptops(s, "30x10 0x170") | lesson(s, "1x10 0x170")).items()},
        {},
        dict.fromkeys(QUIET, ALL_DAY),
    ),
    scene("a closed lid", laptops("lincoln", "300x20 299x160"), {}, dict.fromkeys(QUIET, ALL_DAY)),
    scene(
        "two laptops in a corner of a small school close their lids",
        laptops("lincoln", "2x20 0x160"),
        {},
        {"HomeroomSchoolDark": ALL_DAY},
    ),
    scene(
        "one access point and one switch",
        {'homeroom_target_up{school="adams",device="adams-0",kind="access_point"}': "1x9 0x171"}
        | {'homeroom_target_up{school="king",device="king-0",kind="switch"}': "1x9 0x171"},
        {"HomeroomGearDown": ["11m"], "HomeroomSwitchDown": ["11m"]},
        {"HomeroomGearDown": ["9m30s"], "HomeroomSwitchDown": ["9m30s"], "HomeroomSchoolUnreachable": ALL_DAY},
    ),
    scene(
        "mains out for ten minutes",
        {'homeroom_ups_on_battery{school="adams",device="ups"}': "0x9 1x20 0x151"},
        {"HomeroomUpsOnBattery": ["7m30s", "18m"]},
        {"HomeroomUpsOnBattery": ["6m30s", "21m"]},
    ),
    scene(
        "a full line, a bad disk, and missing laptops",
        {f"homeroom_school_wan_receive_bytes_per_second{ADAMS}": "95x180"}
        | {'homeroom_device_disk_failing{school="adams",device="d",disk="sda"}': "1x180"}
        | {'homeroom_devices{school="adams",class="computer",state="missing",model="x"}': "4x180"},
        {"HomeroomWanSaturated": ["16m"], "HomeroomDiskFailing": ["62m"], "HomeroomDevicesMissing": ["62m"]},
        {"HomeroomWanSaturated": ["14m"], "HomeroomDiskFailing": ["58m"], "HomeroomDevicesMissing": ["58m"]},
    ),
    scene(
        "a line that is nearly full",
        {f"homeroom_school_wan_receive_bytes_per_second{ADAMS}": "89x180"},
        {},
        {"HomeroomWanSaturated": ALL_DAY},
    ),
    scene(
        "Homeroom is down",
        {'up{job="homeroom"}': "1x9 0x171", "homeroom_build_info": "1x9 _x171"},
        {"HomeroomDown": ["8m30s"], "HomeroomAbsent": ["21m"]},
        {"HomeroomDown": ["7m"], "HomeroomAbsent": ["14m"]},
    ),
    scene(
        "Homeroom is at its limits",
        {
            "homeroom_ingest_failed_commits_total": "0x9 1+1x171",
            "homeroom_poll_busy_ratio": "0.95x180",
            "homeroom_ticket_oldest_undone_seconds": "0x9 1000x171",
            "homeroom_alert_inbox_waiting": "0x9 200x171",
        },
        {
            "HomeroomCommitsFailing": ["11m"],
            "HomeroomPollingBusy": ["16m"],
            "HomeroomTicketsStuck": ["11m"],
            "HomeroomAlertsUnread": ["16m"],
        },
        {
            "HomeroomCommitsFailing": ["9m"],
            "HomeroomPollingBusy": ["14m"],
            "HomeroomTicketsStuck": ["9m"],
            "HomeroomAlertsUnread": ["14m"],
        },
    ),
    scene(
        "a disk hangs",
        {"homeroom_ingest_commit_under_way_seconds": "0x9 15+30x171"},
        {"HomeroomCommitsFailing": ["11m"]},
        {"HomeroomCommitsFailing": ["9m"]},
    ),
    scene("one ticket is refused", {"homeroom_tickets_stuck": "0x9 1x171"}, {"HomeroomTicketsStuck": ["11m"]}, {}),
]


def judged(
    folder: Path, document: dict[str, Any], scenes: Sequence[dict[str, Any]] = SCENES
) -> subprocess.CompletedProcess[str]:
    (folder / "rules.yml").write_text(json.dumps(document))
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "30s", "tests": list(scenes)}
    (folder / "tests.yml").write_text(json.dumps(tests))
    command = [tool("promtool"), "test", "rules", str(folder / "tests.yml")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_every_rule_fires_and_is_quiet_when_it_should(tmp_path: Path):
    ran = judged(tmp_path, DOCUMENT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_alert_is_seen_to_fire_and_to_be_quiet():
    fires = {re.search(r'alertname="(\w+)"', each["expr"])[1] for one in SCENES for each in one["promql_expr_test"]}  # type: ignore[index]
    quiet = {each["alertname"] for one in SCENES for each in one["alert_rule_test"]}
    assert fires == set(ALERTS)
    assert quiet == set(QUIET)


def changed(name: str, **values: Any) -> dict[str, Any]:
    """The rules with one alert otherwise; None takes a key away."""
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    for group in document["groups"]:
        for rule in group["rules"]:
            if rule.get("alert") == name:
                rule |= values
                for key in [key for key, value in rule.items() if value is None]:
                    del rule[key]
    return document


MUTATIONS = [
    *((name, "never fires", {"expr": f"({ALERTS[name]['expr']}) and on () (vector(1) > 2)"}) for name in ALERTS),
    *((name, "always fires", {"expr": "vector(1)"}) for name in QUIET),
    *((name, "fires at once", {"for": None}) for name in QUIET),
    *(
        (name, "in summer too", {"expr": rule["expr"].replace("in_session == 1", "in_session >= 0")})
        for name, rule in ALERTS.items()
        if "in_session" in rule["expr"]
    ),
    ("HomeroomSchoolUnreachable", "clears before its effects", {"keep_firing_for": None}),
    ("HomeroomUpsOnBattery", "flaps", {"keep_firing_for": None}),
    ("HomeroomSchoolUnreachable", "another threshold", {"expr": "school:homeroom_target_up:ratio < 0.9"}),
    ("HomeroomWanSaturated", "another limit", {"expr": ALERTS["HomeroomWanSaturated"]["expr"].replace("0.9", "0.88")}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "what", "values"), MUTATIONS, ids=[f"{name} {what}" for name, what, _ in MUTATIONS])
def test_these_tests_notice_a_changed_rule(tmp_path: Path, name: str, what: str, values: dict[str, Any]):
    # For speed only where something is said of this alert in particular, and where all is well.
    summer = [one for one in SCENES if "summer" in what and one["name"].startswith("summer")]
    scenes = SCENES[:1] if what == "always fires" else summer or [one for one in SCENES if _says(one, name)]
    assert judged(tmp_path, changed(name, **values), scenes).returncode != 0, f"nobody notices that {name} {what}"


def _says(one: dict[str, Any], name: str) -> bool:
    particular = [each for each in one["alert_rule_test"] if each["alertname"] == name]
    fires = any(name in each["expr"] for each in one["promql_expr_test"])
    return fires or (bool(particular) and len(one["alert_rule_test"]) < len(QUIET))


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_says_what_people_need(name: str):
    rule = ALERTS[name]
    assert re.fullmatch(r"Watchdog|Homeroom[A-Z][A-Za-z]+", name)
    assert rule["labels"]["severity"] in ("critical", "warning", "info", "none")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url", "dashboard_url"}
    if name != "Watchdog":
        assert rule["annotations"]["runbook_url"].endswith(f"/{rule['labels']['incident']}")


def test_every_metric_of_the_rules_is_one_that_homeroom_has():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "collector").rglob("*.py"))
    for rule in ALERTS.values():
        for name in re.findall(r"(?<![:\w])homeroom_\w+", rule["expr"]):
            stem = re.sub(r"_(total|info)$", "", name).removeprefix("homeroom_")
            assert stem in source, name


def test_promtool_finds_nothing_to_complain_of():
    ran = subprocess.run([tool("promtool"), "check", "rules", str(FILE)], capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
