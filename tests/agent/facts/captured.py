"""Small captures, written in the tests that need them."""

import json
from typing import Any

from homeroom_agent.parsers.registry import parser_for


def parse(kind: str, suffix: str, raw: bytes | str | dict[str, Any] | list[Any]) -> dict[str, Any]:
    """Facts of a capture; a dictionary or list is written as JSON."""
    if isinstance(raw, dict | list):
        raw = json.dumps(raw)
    return parser_for(kind, f"capture{suffix}")(raw.encode() if isinstance(raw, str) else raw)


def sysfs(kind: str, files: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Facts of a sysfs tree; ``more`` are symlinks, errors and root_only."""
    tree = {"format": "sysfs-tree/1", "files": files, "symlinks": {}, "errors": {}, "root_only": [], **more}
    return parse(kind, ".sysfs.json", tree)


def under(directory: str, **files: str | int) -> dict[str, str]:
    return {f"{directory}/{name}": f"{value}\n" for name, value in files.items()}
