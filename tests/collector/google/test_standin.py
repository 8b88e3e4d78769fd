"""The stand-in answers what Google may answer, and what is asked for exists: held against Google's own descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from google_standin import Tree, cut, directory_device, parse, telemetry_device
from homeroom_collector.sources.google import asked

_DOCUMENTS = resources.files("googleapiclient") / "discovery_cache" / "documents"
_KINDS = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


def description(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


DIRECTORY, TELEMETRY = description("admin.directory_v1"), description("chromemanagement.v1")
DEVICES = [
    (DIRECTORY, "ChromeOsDevice", directory_device, asked.DirectoryDevice),
    (TELEMETRY, "GoogleChromeManagementV1TelemetryDevice", telemetry_device, asked.TelemetryDevice),
]


def telemetry_list() -> dict[str, Any]:
    telemetry = TELEMETRY["resources"]["customers"]["resources"]["telemetry"]
    found: dict[str, Any] = telemetry["resources"]["devices"]["methods"]["list"]
    return found


def wrong(document: dict[str, Any], schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Everything in a value that the description does not allow."""
    if "$ref" in schema:
        schema = document["schemas"][schema["$ref"]]
    kind = schema["type"]
    if kind == "object":
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{path}.{name}: unknown"
            else:
                yield from wrong(document, schema["properties"][name], inner, f"{path}.{name}")
    elif kind == "array":
        for item in value:
            yield from wrong(document, schema["items"], item, f"{path}[]")
    elif not isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        yield f"{path}: {value!r} is no {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"


def unknown(document: dict[str, Any], schema: dict[str, Any], tree: Tree, path: str = "") -> Iterator[str]:
    """Names that are asked for and that Google does not have."""
    while "$ref" in schema or schema["type"] == "array":
        schema = document["schemas"][schema["$ref"]] if "$ref" in schema else schema["items"]
    for name, inner in tree.items():
        if name not in schema.get("properties", {}):
            yield f"{path}.{name}"
        else:
            yield from unknown(document, schema["properties"][name], inner, f"{path}.{name}")


@pytest.mark.parametrize("number", [0, 1, 4, 4999])
@pytest.mark.parametrize(("document", "schema", "make", "_cls"), DEVICES, ids=["directory", "telemetry"])
def test_the_stand_in_answers_as_google_may(document: Any, schema: str, make: Any, _cls: Any, number: int):
    assert list(wrong(document, {"$ref": schema}, make(number), schema)) == []


@pytest.mark.parametrize(("document", "schema", "_make", "cls"), DEVICES, ids=["directory", "telemetry"])
def test_everything_that_is_asked_for_exists(document: Any, schema: str, _make: Any, cls: Any):
    assert list(unknown(document, {"$ref": schema}, parse(asked.fields(cls)))) == []


def test_the_mask_names_what_google_lets_be_masked():
    method = telemetry_list()
    text = method["parameters"]["readMask"]["description"]
    allowed = {line.strip() for line in text.split(" - ")[1:]}
    snake = {"".join(f"_{c.lower()}" if c.isupper() else c for c in name) for name in _mask()}
    assert snake <= allowed
    assert not snake & {"app_report", "kiosk_app_status_report", "peripherals_report", "network_info"}


def _mask() -> list[str]:
    return asked.mask(asked.TelemetryDevice).split(",")


@pytest.mark.parametrize(("path", "document"), [("directory", DIRECTORY), ("telemetry", TELEMETRY)])
def test_the_parameters_are_googles(path: str, document: Any):
    if path == "directory":
        method = document["resources"]["chromeosdevices"]["methods"]["list"]
        used = {"projection", "maxResults", "pageToken", "fields"}
    else:
        method = TELEMETRY["resources"]["customers"]["resources"]["telemetry"]["resources"]["devices"]["methods"][
            "list"
        ]
        used = {"readMask", "pageSize", "pageToken", "filter", "fields"}
    assert used <= set(method["parameters"]) | set(document["parameters"])


def test_a_partial_answer_is_cut_as_google_cuts_it():
    device = telemetry_device(1)
    found = cut(device, parse("deviceId,batteryStatusReport(cycleCount,sample(status)),cpuInfo"))
    assert set(found) == {"deviceId", "batteryStatusReport", "cpuInfo"}
    assert found["batteryStatusReport"][0] == {"cycleCount": 101, "sample": [{"status": "Discharging"}]}
