"""Secrets: every file and variable that the configuration names, whatever it is for."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from homeroom_collector.doctor.finding import Finding, fail, ok

_OPEN = ("ca_file",)  # no secrets


def look(settings: Any, environment: Mapping[str, str]) -> Iterator[Finding]:
    """One finding for each that cannot be had, or that others can read; one for all where everything is well."""
    found = list(_walk(settings, "", environment))
    yield from (finding for finding in found if finding is not None)
    if found and not any(found):
        yield ok("secrets", f"{len(found)} can be read, by us alone")


def _walk(value: Any, path: str, environment: Mapping[str, str]) -> Iterator[Finding | None]:
    if isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _walk(each, f"{path}[{number}]", environment)
    if not dataclasses.is_dataclass(value):
        return
    for field in dataclasses.fields(value):
        held, place = getattr(value, field.name), f"{path}.{field.name}".lstrip(".")
        secret = type(value).__name__ == "SecretSource"
        if isinstance(held, Path) and field.name not in _OPEN and (secret or field.name.endswith("_file")):
            yield _file(place, held)
        elif isinstance(held, str) and (field.name.endswith("_env") or (secret and field.name == "env")):
            yield _variable(place, held, environment)
        else:
            yield from _walk(held, place, environment)


def _file(place: str, file: Path) -> Finding | None:
    try:
        mode, text = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        return fail(
            "secrets",
            f"{place}: {file} cannot be read: {error.strerror}",
            "make the file, readable by the collector's user",
        )
    if not text.strip():
        return fail("secrets", f"{place}: {file} is empty", "write the secret into it")
    if mode & stat.S_IROTH:
        return fail("secrets", f"{place}: everybody on this machine can read {file}", f"chmod o= {file}")
    return None


def _variable(place: str, name: str, environment: Mapping[str, str]) -> Finding | None:
    if environment.get(name):
        return None
    return fail(
        "secrets",
        f"{place}: the environment has no {name}",
        "set it for the collector (EnvironmentFile= of its unit), and here",
    )
