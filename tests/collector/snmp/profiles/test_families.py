"""Every family of devices: its profile is sound, and a walk of its own or a recording shows that it reads."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.recording import PUBLIC, RecordingSession, parse
from homeroom_agent.report import to_wire
from homeroom_collector.snmp.knowledge.answers import Answers
from homeroom_collector.snmp.knowledge.facts import ProfileFacts
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.knowledge.profile_read import read, recognise
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.session import Oid, Value

WALKS = Path(__file__).parent / "walks"
CATALOG = load_catalog()
FAMILIES = sorted(profile.name for profile in CATALOG.profiles)


def ask(variables: dict[str, Value]) -> tuple[str | None, ProfileFacts]:
    """Recognise and read a walk, as the poller does."""

    async def poll() -> tuple[str | None, ProfileFacts]:
        reader, known = Reader(RecordingSession(variables), Memory()), Answers()
        profile = await recognise(CATALOG, reader, known)
        return (profile.name, await read(profile, reader, known)) if profile else (None, ProfileFacts())

    return asyncio.run(poll())


def shown(facts: ProfileFacts) -> dict[str, Any]:
    """What a walk's ``gives`` may say, in the same words."""
    wire = to_wire(facts)
    return {
        "identity": wire["identity"],
        "processors": [row["usage_ratio"] for row in wire["processors"]],
        "memory": [row["usage_ratio"] for row in wire["memory"]],
        "storage": [row["usage_ratio"] for row in wire["storage"]],
        "sensors": [
            " ".join(
                str(part) for part in (row["description"], row["kind"], row.get("value"), row["unit"], row["status"])
            )
            for row in wire["sensors"]
        ],
        "ups": wire.get("ups"),
        "printer": wire.get("printer"),
        "poe": [[row.get("budget_watts"), row.get("used_watts")] for row in wire["poe"]],
        "wireless": wire.get("wireless"),
    }


def recorded() -> dict[str, str]:
    """Which family each public recording belongs to."""
    found = {}
    for path in PUBLIC.glob("*.snmprec"):
        variables = parse(path.read_bytes())
        answers = Answers(scalars=dict(variables))
        answers.columns = Columns(variables)
        profile = CATALOG.match(answers)
        if profile is not None:
            found[profile.name] = path.name
    return found


class Columns(dict[str, dict[str, Value]]):
    """All columns of a walk, cut out when asked for."""

    def __init__(self, variables: dict[str, Value]) -> None:
        super().__init__()
        self._variables = variables

    def __contains__(self, oid: object) -> bool:
        return True

    def get(self, oid: str, default: Any = None) -> Any:
        cut = len(oid) + 1
        return {name[cut:]: value for name, value in self._variables.items() if name.startswith(f"{oid}.")} or default


@pytest.mark.parametrize("path", sorted(WALKS.glob("*.yml")), ids=lambda path: path.stem)
def test_a_walk_gives_what_it_says(path: Path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    name, facts = ask(parse(case["walk"].encode()))
    assert name == path.stem.partition("@")[0]
    found = shown(facts)
    for section, wanted in case["gives"].items():
        if section == "identity":
            assert {key: found["identity"].get(key) for key in wanted} == wanted
        elif section == "sensors":
            assert [line for line in wanted if line not in found["sensors"]] == [], "\n".join(found["sensors"])
        elif isinstance(wanted, dict):
            assert {key: (found[section] or {}).get(key) for key in wanted} == wanted
        else:
            assert found[section] == wanted


def test_every_family_has_a_walk_or_a_recording():
    if not PUBLIC.is_dir():
        pytest.skip("../shared/snmp is not beside this checkout")
    walked = {path.stem.partition("@")[0] for path in WALKS.glob("*.yml")}
    assert sorted(set(FAMILIES) - walked - set(recorded())) == []


def test_every_walk_belongs_to_a_family():
    assert sorted({path.stem.partition("@")[0] for path in WALKS.glob("*.yml")} - set(FAMILIES)) == []


def test_a_device_of_no_family_has_no_profile():
    assert ask({"1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.999999.1")})[0] is None
