"""The captured tree and the live one are two of a kind: the same files give the same facts."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.agent.facts.samples import Sample, parameters

from homeroom_agent.parsers.battery import sysfs as battery
from homeroom_agent.parsers.disk import sysfs as disk
from homeroom_agent.parsers.dmi import sysfs as dmi
from homeroom_agent.parsers.network import sysfs as network
from homeroom_agent.parsers.thermal import sysfs as thermal
from homeroom_agent.parsers.tree import CapturedTree, Tree
from homeroom_agent.probes._linux import LiveTree


def facts(tree: Tree) -> list[Any]:
    return [
        battery.packs(tree),
        battery.peripherals(tree),
        battery.ac_online(tree),
        disk.drives(tree),
        dmi.machine(tree),
        network.links(tree),
        thermal.sensors(tree),
        thermal.fans(tree),
    ]


def written(document: dict[str, Any], root: Path) -> LiveTree:
    for path, text in document["files"].items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for path, target in document["symlinks"].items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    return LiveTree(root)


def is_writable(sample: Sample) -> bool:
    """A failing read cannot be written to a disk."""
    return sample.path.name.endswith(".sysfs.json") and not json.loads(sample.path.read_bytes())["errors"]


@pytest.mark.parametrize("sample", parameters(is_writable))
def test_a_capture_gives_the_same_facts_from_memory_and_from_disk(sample: Sample, tmp_path: Path):
    document = json.loads(sample.path.read_bytes())
    assert facts(written(document, tmp_path)) == facts(CapturedTree(document))
