"""The API as a page, from the OpenAPI document that the collector serves: it cannot say what the routes do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from homeroom_collector.app import build
from homeroom_collector.config import Settings
from homeroom_collector.views.api.openapi import document

HEAD = """\
# The API

Every call under `/api/v1`, from the document that each collector serves at `/openapi.json`. Errors are
`application/problem+json` (RFC 9457), and `detail` says what to do. See [who may do what](access.md) for tokens and
roles, and [the answers](answers.md) for what the lists of decisions hold.

```console
$ homeroom token create --kind api --role viewer --label "my program"
$ curl -H "Authorization: Bearer $TOKEN" https://homeroom.school.example/api/v1/schools
```
"""
CALLERS = {"apiToken": "an API token", "deviceKey": "a device key", "session": "a person who has signed in"}
METHODS = ("get", "post", "put", "patch", "delete")


def text() -> str:
    """The whole page."""
    described = document(build(Settings()))
    paths = described["paths"]
    calls = (
        line for path in paths for method in METHODS if method in paths[path] for line in _call(path, method, paths)
    )
    return "\n".join([HEAD, *calls]) + "\n"


def _call(path: str, method: str, paths: dict[str, Any]) -> Iterator[str]:
    operation = paths[path][method]
    yield f"## `{method.upper()} {path}`\n"
    yield operation.get("summary", "")
    if more := operation.get("description"):
        yield f"\n{more}"
    yield f"\nFor: {_callers(operation)}."
    yield from _parameters(operation.get("parameters", []))
    yield from _answers(operation.get("responses", {}))


def _callers(operation: dict[str, Any]) -> str:
    schemes = [name for entry in operation.get("security", []) for name in entry]
    who = " or ".join(CALLERS.get(name, name) for name in schemes) or "everyone"
    roles = ", ".join(f"`{role}`" for role in operation.get("x-roles", []))
    return f"{who} ({roles})" if roles else who


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    if parameters:
        yield "\n| parameter | in | what |\n|---|---|---|"
    for each in parameters:
        what = each.get("description") or ("required" if each.get("required") else "")
        yield f"| `{each['name']}` | {each['in']} | {_cell(what)} |"


def _answers(responses: dict[str, Any]) -> Iterator[str]:
    yield "\n| answer | what | as |\n|---|---|---|"
    for status, each in responses.items():
        kinds = ", ".join(f"`{kind}`" for kind in each.get("content", {}))
        yield f"| {status} | {_cell(each.get('description', ''))} | {kinds} |"
    yield ""


def _cell(said: str) -> str:
    return " ".join(said.replace("|", "\\|").split())
