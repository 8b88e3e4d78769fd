"""JSON Schema (2020-12) of the wire format, generated from the same declarations that validate it."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from homeroom_agent.report.bounds import Bounds
from homeroom_agent.report.codec import FieldShape, shapes
from homeroom_agent.report.envelope import VERSION, Report

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def json_schema() -> dict[str, Any]:
    """The whole schema, with one definition for each section."""
    definitions: dict[str, Any] = {}
    root = _object(Report, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Homeroom report, version {VERSION}",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    fields = shapes(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n")[0],
        "additionalProperties": False,
        "required": [name for name, shape in fields.items() if shape.required],
        "properties": {name: _field(shape, definitions) for name, shape in fields.items()},
    }


def _field(shape: FieldShape, definitions: dict[str, Any]) -> dict[str, Any]:
    bounds = shape.bounds
    if shape.item is not None:
        body: dict[str, Any] = {"type": "array", "maxItems": bounds.max_items}
        body["items"] = _value(shape.item, bounds, definitions)
    else:
        body = _value(shape.kind, bounds, definitions)
    described = {"description": bounds.why}
    if shape.optional:
        return {**described, "anyOf": [body, {"type": "null"}]}
    return {**described, **body}


def _value(kind: type, bounds: Bounds, definitions: dict[str, Any]) -> dict[str, Any]:
    if dataclasses.is_dataclass(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    body: dict[str, Any] = {"type": _TYPES[kind]}
    if kind is str:
        body["maxLength"] = bounds.max_length
    limits = {"minimum": bounds.minimum, "maximum": bounds.maximum} if kind in (int, float) else {}
    return body | {key: limit for key, limit in limits.items() if limit is not None}


if __name__ == "__main__":
    json.dump(json_schema(), sys.stdout, indent=1)
    sys.stdout.write("\n")
