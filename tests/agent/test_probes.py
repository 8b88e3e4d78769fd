"""What every probe must give, on this very machine. A new probe is tested by existing."""

import dataclasses
import json

import pytest

from homeroom_agent import probes
from homeroom_agent.errors import ProbeRegistryError
from homeroom_agent.report import Report, Unavailable, encode

PROBES = probes.load_probes()
FIELDS = {field.name for field in dataclasses.fields(Report)}


@pytest.fixture(params=PROBES, ids=lambda probe: probe.name)
def probe(request: pytest.FixtureRequest) -> probes.Probe:
    return request.param


def test_a_probe_gives_sections_of_a_report_that_can_be_sent(probe: probes.Probe):
    facts = probe.read({})
    assert set(facts.sections) <= FIELDS
    encode(Report(source="agent", sequence=1, measured_at=1.0, unavailable=facts.unavailable or None, **facts.sections))


def test_a_probe_says_why_a_fact_is_missing_once_and_in_its_own_section(probe: probes.Probe):
    paths = [missing.path for missing in probe.read({}).unavailable]
    assert len(paths) == len(set(paths))
    assert {path.split(".")[0] for path in paths} <= FIELDS


def test_a_probe_remembers_only_what_can_be_kept_on_disk(probe: probes.Probe):
    memory: dict[str, object] = {}
    probe.read(memory)
    assert json.loads(json.dumps(memory)) == memory
    probe.read(memory)


def test_the_registry_refuses_to_start_with_no_probes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(probes, "__path__", [])
    with pytest.raises(ProbeRegistryError, match="no probes"):
        probes.load_probes()


def test_a_probe_without_memory_is_called_without_it():
    read = probes._with_memory(lambda: probes.Facts({}, [Unavailable(path="a", reason="b")]))
    assert read({}).unavailable[0].path == "a"
