"""The page about profiles names every key and every value that a profile may use."""

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from homeroom_collector.snmp.knowledge import schema as profile_schema
from homeroom_collector.snmp.knowledge.load import load_catalog

PAGE = Path(__file__).parents[4] / "docs" / "snmp-profiles.md"
RULES = [item for item in vars(profile_schema).values() if isinstance(item, type) and dataclasses.is_dataclass(item)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_key_of_a_rule_is_on_the_page(rule: type):
    keys = {item.name for item in dataclasses.fields(rule)}
    prose = re.sub(r"```.*?```", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    written = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    assert sorted(keys - written) == []


@pytest.mark.parametrize("name", ["SensorKind", "Unit", "Section", "EntityText", "EntityClass"])
def test_every_word_a_key_takes_is_on_the_page(name: str):
    words = set(re.findall(r"[a-z_]+", PAGE.read_text(encoding="utf-8")))
    assert sorted(set(get_args(getattr(profile_schema, name))) - words) == []


def test_the_example_of_the_page_is_a_sound_profile(tmp_path):
    example = re.search(r"```yaml\n( +# Acme.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    lines = example[1].splitlines()
    (tmp_path / "acme-switch.yml").write_text("\n".join(line[3:] for line in lines))
    profile = load_catalog(tmp_path, built_in=None).by_name("acme-switch")
    assert profile is not None
    assert [rule.kind for rule in profile.sensors] == ["temperature", "state"]
