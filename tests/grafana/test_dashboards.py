"""The committed dashboards: as the code writes them, explained, linked, and asking only for what there is."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.strict import read_yaml
from homeroom_dashboards.frame import Uid
from homeroom_dashboards.write import FOLDER, files
from stack import tool

ROOT = Path(__file__).parents[2]
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def panels() -> Iterator[Any]:
    for uid, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            if panel["type"] != "row":
                yield pytest.param(panel, id=f"{uid} {panel['title']}")


def links(node: Any) -> Iterator[str]:
    """Addresses of other dashboards, wherever they stand."""
    if isinstance(node, dict):
        if isinstance(url := node.get("url"), str) and url:
            yield url
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from links(inner)


def test_the_committed_files_are_what_the_code_writes():
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    assert committed == files(), "type: make dashboards"


def test_uids_are_fixed_and_those_of_the_files_and_panels_are_numbered():
    assert {uid: dashboard["uid"] for uid, dashboard in DASHBOARDS.items()} == {uid.value: uid.value for uid in Uid}
    for dashboard in DASHBOARDS.values():
        assert [panel["id"] for panel in dashboard["panels"]] == list(range(1, len(dashboard["panels"]) + 1))
    titles = [dashboard["title"] for dashboard in DASHBOARDS.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("panel", list(panels()))
def test_every_panel_says_what_it_shows_in_which_unit_and_why_it_may_be_empty(panel: dict[str, Any]):
    defaults = panel["fieldConfig"]["defaults"]
    assert panel["description"].endswith(".")
    assert defaults["unit"]
    assert len(defaults["noValue"]) > 10
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_panels_lie_side_by_side_within_the_page(uid: str):
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARDS[uid]["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_links_lead_to_dashboards_that_are_there_and_carry_every_variable(uid: str):
    dashboard = DASHBOARDS[uid]
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert names == {"datasource", "school", "grade_band", "device"}
    (shared,) = dashboard["links"]
    assert (shared["includeVars"], shared["keepTime"], shared["tags"]) == (True, True, dashboard["tags"])
    for url in links(dashboard["panels"]):
        target, _, query = url.removeprefix("/d/").partition("?")
        assert target in DASHBOARDS
        chosen, carried = re.findall(r"var-(\w+)=", query), re.findall(r"\$\{(\w+):queryparam\}", query)
        assert sorted(chosen + carried) == sorted(names)
        assert query.endswith("${__url_time_range}")


def test_the_district_leads_to_a_school_and_the_school_to_its_devices_and_network():
    assert {url.split("?")[0] for url in links(DASHBOARDS[Uid.DISTRICT]["panels"])} == {f"/d/{Uid.SCHOOL}"}
    onward = {url.split("?")[0] for url in links(DASHBOARDS[Uid.SCHOOL]["panels"])}
    assert onward == {f"/d/{Uid.DEVICES}", f"/d/{Uid.NETWORK}"}


def test_grafana_finds_the_data_source_and_the_dashboards_by_the_provisioning_files():
    provisioning = FOLDER.parent / "provisioning"
    (source,) = read_yaml(provisioning / "datasources" / "homeroom.yml")["datasources"]
    (provider,) = read_yaml(provisioning / "dashboards" / "homeroom.yml")["providers"]
    assert (source["type"], source["uid"]) == ("prometheus", "homeroom-prometheus")
    assert (provider["type"], provider["folderUid"]) == ("file", "homeroom")


@pytest.mark.parametrize("name", ["prometheus.yml", "prometheus-schools.yml"])
def test_prometheus_takes_the_configurations(name: str):
    command = [tool("promtool"), "check", "config", str(ROOT / "configs" / "prometheus" / name)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
