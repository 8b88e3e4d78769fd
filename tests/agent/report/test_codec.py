"""The wire format is an allow-list with bounds; golden reports fix it, a committed JSON Schema states it."""

import json
import math
from pathlib import Path

import jsonschema
import pytest

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Battery, Cpu, Report, decode, encode, stamp, to_wire
from homeroom_agent.report.schema import json_schema

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests" / "data" / "reports").glob("*.json"))
SCHEMA = ROOT / "docs" / "schema" / "report-v1.json"
SMALLEST = {"version": 1, "source": "agent", "sequence": 1, "measured_at": 1_790_000_000.0}


def refused(**changes: object) -> str:
    with pytest.raises(ReportError) as caught:
        decode(json.dumps(SMALLEST | changes))
    return str(caught.value)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_a_golden_report_decodes_and_encodes_to_itself(path: Path):
    document = json.loads(path.read_text(encoding="utf-8"))
    assert to_wire(decode(json.dumps(document))) == document


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_a_golden_report_satisfies_the_committed_schema(path: Path):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema, cls=jsonschema.Draft202012Validator)


def test_there_is_a_golden_report_for_each_writer():
    sources = {json.loads(path.read_text(encoding="utf-8"))["source"] for path in GOLDEN}
    assert sources == {"agent", "extension", "google", "snmp"}


def test_the_committed_schema_is_the_generated_one():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema(), (
        "run: python -m homeroom_agent.report.schema > docs/schema/report-v1.json"
    )


def test_the_moment_of_sending_is_written_without_decoding():
    report = Report(source="agent", sequence=7, measured_at=1.5, cpu=Cpu(usage_ratio=0.25))
    sent = decode(stamp(encode(report), 9.0))
    assert (sent.sent_at, sent.sequence, sent.cpu) == (9.0, 7, Cpu(usage_ratio=0.25))


def test_what_was_not_measured_is_not_on_the_wire():
    assert json.loads(encode(Report(source="agent", sequence=1, measured_at=1.0))) == SMALLEST | {"measured_at": 1.0}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"user": "jane"}, "user: unknown field"),
        ({"links": [{"name": "wlan0", "ssid": "home"}]}, "links[0].ssid: unknown field"),
        ({"version": 2}, "version: 2 is not one of: 1"),
        ({"version": "1"}, "version: '1' is not one of: 1"),
        ({"measured_at": -1}, "measured_at: -1 is below 0"),
        ({"sequence": 1.5}, "sequence: expected a whole number"),
        ({"sequence": True}, "sequence: expected int, got true or false"),
        ({"sequence": None}, "sequence: must not be null"),
        ({"source": "a" * 17}, "source: 17 characters, at most 16"),
        ({"batteries": [{"name": "b"}] * 9}, "batteries: 9 items, at most 8"),
        ({"cpu": {"usage_ratio": 1.01}}, "cpu.usage_ratio: 1.01 is above 1"),
        ({"cpu": []}, "cpu: expected an object, got a list"),
        ({"cpu": {"model": 5}}, "cpu.model: expected text, got a number"),
        ({"disks": {}}, "disks: expected a list, got an object"),
        ({"disks": [None]}, "disks[0]: expected an object, got null"),
    ],
)
def test_what_the_format_does_not_name_is_refused_by_its_path(changes: dict[str, object], said: str):
    assert refused(**changes).startswith(said)


@pytest.mark.parametrize("field", ["source", "sequence", "measured_at"])
def test_a_missing_field_is_named(field: str):
    document = {name: value for name, value in SMALLEST.items() if name != field}
    with pytest.raises(ReportError, match=f"^{field}: missing"):
        decode(json.dumps(document))


@pytest.mark.parametrize("text", ['{"measured_at": NaN}', '{"measured_at": -Infinity}', "[", "", '"x"', "[" * 100_000])
def test_what_is_not_a_report_is_an_error_and_not_a_crash(text: str):
    with pytest.raises(ReportError):
        decode(text)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.5])
def test_a_probe_that_slips_is_found_on_the_device(value: float):
    report = Report(source="agent", sequence=1, measured_at=1.0, batteries=[Battery(name="b", charge_ratio=value)])
    with pytest.raises(ReportError, match=r"batteries\[0\]\.charge_ratio"):
        encode(report)
