"""Configuration is strict: everything wrong is said at once, with where and what to type instead."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from homeroom_collector.errors import ConfigError
from homeroom_collector.strict import Seconds, decode, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    name: str
    host: str
    port: int = 161


@dataclass(frozen=True, slots=True, kw_only=True)
class Snmp:
    interval: Seconds = 60.0
    targets: list[Target] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    snmp: Snmp = field(default_factory=Snmp)


def problems(document: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        decode(Settings, document)
    return caught.value.problems


def test_a_duration_may_carry_its_unit():
    assert decode(Settings, {"snmp": {"interval": "5m"}}).snmp.interval == 300


def test_all_findings_come_at_once_with_their_dotted_path():
    found = problems({"snmp": {"interval": "soon", "targets": [{"name": 1, "hots": "b"}]}, "snnmp": 1})
    assert [line.split(":")[0] for line in found] == [
        "snmp.interval",
        "snmp.targets[0].name",
        "snmp.targets[0].host",
        "snmp.targets[0].hots",
        "snnmp",
    ]


@pytest.mark.parametrize(
    ("document", "suggestion"),
    [({"snnmp": {}}, "'snmp'"), ({"snmp": {"targets": [{"name": "a", "hots": "b"}]}}, "'host'")],
)
def test_an_unknown_key_is_met_with_the_nearest_known_one(document, suggestion):
    assert any(f"did you mean {suggestion}?" in line for line in problems(document))


def test_an_empty_file_means_the_defaults(tmp_path: Path):
    (tmp_path / "c.yml").write_text("")
    assert load(Settings, tmp_path / "c.yml") == Settings()


@pytest.mark.parametrize("text", ["snmp: [", "snmp: {}\nsnmp: {}\n"])
def test_a_file_that_is_not_sound_yaml_is_named(tmp_path: Path, text: str):
    (tmp_path / "c.yml").write_text(text)
    with pytest.raises(ConfigError, match=r"c\.yml"):
        load(Settings, tmp_path / "c.yml")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"nowhere\.yml: cannot be read: No such file"):
        load(Settings, tmp_path / "nowhere.yml")
