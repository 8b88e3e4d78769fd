"""What calls take and give, as JSON Schema for ``/openapi.json``: bodies by method and path, beside what routes say.

Answers are told as far as programs may rely on them: members may join, those that are here stay.
"""

from __future__ import annotations

import json
from typing import Any

from homeroom_agent.report.schema import json_schema

Schema = dict[str, Any]
REFUSALS = {
    400: "not what was expected: not JSON, not gzip, or a parameter that cannot be meant",
    401: "nobody knows who is calling",
    403: "the caller is known, and may not",
    404: "there is no such thing, or it is not shown to the caller",
    405: "this address does not take this method",
    408: "the body took too long",
    409: "it cannot be done as things stand; the detail says why",
    413: "too large, or too many at a time",
    415: "not JSON, or an unknown content encoding",
    422: "JSON, but not of this form; the detail names the field",
    429: "too much; Retry-After says when to come back",
    503: "the store does not take it now; Retry-After says when to come back",
}
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_OBJECT: Schema = {"type": "object"}
_ROWS: Schema = {"type": "array", "items": _OBJECT}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None, *, closed: bool = False) -> Schema:
    shape: Schema = {"type": "object", "required": sorted(required), "properties": required | (optional or {})}
    return shape | ({"additionalProperties": False} if closed else {})


def _page(name: str) -> Schema:
    return _object({name: _ROWS, "next": _TEXT_OR_NULL})


_DEVICE = _object(
    {
        "device_id": _TEXT,
        "device_class": {"enum": ["computer", "network"]},
        "school_id": _TEXT,
        "state": _TEXT,
        "name": _TEXT_OR_NULL,
        "last_report_at": _NUMBER_OR_NULL,
        "measured": {"type": "object", "additionalProperties": _ROWS},
    }
)
_PROBLEM_ROW = _object({"problem_id": _COUNT, "school_id": _TEXT, "state": _TEXT})
_ANSWER = _object({"answer": _TEXT, "by": _TEXT, "day": _TEXT, "total": _COUNT, "offset": _COUNT, "rows": _ROWS})
_REJECTED = {"type": "array", "items": _object({"index": _COUNT, "detail": _TEXT})}

TAKES: dict[tuple[str, str], Schema] = {
    ("POST", "/api/v1/enroll"): _object(
        {"token": _TEXT, "device": _OBJECT},
        {"writer": {"type": "string", "pattern": "^([0-9a-f]{16,32})?$"}},
        closed=True,
    ),
    ("POST", "/api/v1/reports"): _object(
        {"reports": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Report"}}}, closed=True
    ),
    ("POST", "/api/v1/key"): _object(
        {
            "key_id": {"type": "string", "pattern": "^hrk[0-9a-f]{16}$"},
            "secret_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
        closed=True,
    ),
    ("POST", "/api/v1/alerts"): _object(
        {
            "version": {"const": "4"},
            "alerts": {
                "type": "array",
                "items": _object(
                    {
                        "status": {"enum": ["firing", "resolved"]},
                        "labels": {"type": "object", "additionalProperties": _TEXT},
                        "annotations": {"type": "object", "additionalProperties": _TEXT},
                        "startsAt": {"type": "string", "format": "date-time"},
                        "fingerprint": _TEXT,
                    }
                ),
            },
        }
    ),
    ("POST", "/api/v1/problems/{id}/acknowledge"): _object({}, {"note": _TEXT}, closed=True),
}
GIVES: dict[tuple[str, str], Schema] = {
    ("POST", "/api/v1/enroll"): _object({"device_id": _TEXT, "device_key": _TEXT, "settings": _OBJECT}),
    ("POST", "/api/v1/reports"): _object(
        {"accepted": _COUNT, "duplicates": _COUNT, "rejected": _REJECTED, "settings": _OBJECT}
    ),
    ("POST", "/api/v1/key"): _OBJECT,
    ("POST", "/api/v1/throughput"): _object({"bytes": _COUNT}),
    ("GET", "/api/v1/echo"): _OBJECT,
    ("GET", "/api/v1/devices"): _page("devices"),
    ("GET", "/api/v1/devices/{device_id}"): _DEVICE,
    ("GET", "/api/v1/schools"): _page("schools"),
    ("GET", "/api/v1/calendar"): _page("days"),
    ("GET", "/api/v1/problems"): _object({"problems": {"type": "array", "items": _PROBLEM_ROW}, "next": {}}),
    ("GET", "/api/v1/problems/{id}"): _PROBLEM_ROW,
    ("POST", "/api/v1/problems/{id}/acknowledge"): _PROBLEM_ROW,
    ("GET", "/api/v1/topology"): _object({"nodes": _ROWS, "links": _ROWS, "unmanaged": _ROWS}),
    ("POST", "/api/v1/alerts"): _OBJECT,
    **{
        ("GET", f"/api/v1/{name}"): _ANSWER
        for name in ("standards", "refresh", "erate", "equity", "readiness", "reconcile")
    },
}
BYTES = frozenset({("GET", "/api/v1/throughput"), ("POST", "/api/v1/throughput")})
"""Calls whose bytes mean nothing: GET gives them, POST takes them."""


def of_reports() -> dict[str, Schema]:
    """A report and its parts, as the agent's own package describes them, under the names of components."""
    whole = json.loads(json.dumps(json_schema()).replace('"#/$defs/', '"#/components/schemas/'))
    parts: dict[str, Schema] = whole.pop("$defs")
    whole.pop("$schema")
    return {"Report": whole, **parts}
