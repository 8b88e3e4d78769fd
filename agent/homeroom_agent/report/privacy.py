"""The published list of what is collected, generated from the wire format: ``python -m homeroom_agent.report.privacy``.

Why a field is collected stands at the field; what a privacy officer should know of it, and how long it is kept, stands
in ``privacy.toml``. Refuses to write a page that leaves out a field, or that lists one that does not exist.
"""

from __future__ import annotations

import dataclasses
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from homeroom_agent.errors import ReportError
from homeroom_agent.report.codec import FieldShape, shapes
from homeroom_agent.report.envelope import VERSION, Report
from homeroom_agent.report.network import NetworkGear

_ENTRIES = Path(__file__).with_name("privacy.toml")
_HEAD = f"""# What Homeroom collects, and what it never does

Generated from the wire format (version {VERSION}) by `python -m homeroom_agent.report.privacy`; do not edit. The wire
format is an allow-list: a device cannot send, and the collector refuses to take, anything that is not on this page. On
any device `homeroom-agent show` prints the exact report it would send.

## Never collected

User names, e-mail addresses, home directories, window titles, programs, web addresses, names that were looked up,
keystrokes, screen, camera, microphone, position, names of networks, addresses of access points, scans of networks in
range, public addresses, names of volumes and of removable media. There is no field for any of them.

## How long facts are kept

A report waits on the device until the collector has it, at most as long as the spool allows (30 days by default). The
collector keeps the latest value of each fact, and one row a device and day of the few facts that say "daily history".
Facts that become metrics are also in the district's Prometheus, for as long as the district set there. Forgetting a
device removes it with all that is kept of it.

## What the laws ask

FERPA (20 U.S.C. 1232g, 34 CFR part 99) protects education records: what is directly related to a pupil. COPPA
(15 U.S.C. 6501, 16 CFR part 312) protects what is collected online from children under 13. State laws go further:
Minnesota's (Minn. Stat. 13.32, subd. 14) forbids schools and their providers to track where a school-issued device is,
to use its camera and microphone, and to watch pupils' interactions with it; California's SOPIPA (Bus. & Prof. Code
22584) and New York's Education Law 2-d bind the provider. Each field below names what it can touch; this is no legal
advice.

"""


def page() -> str:
    """The whole page. Raises ReportError where a field has no entry, or an entry no field."""
    entries = tomllib.loads(_ENTRIES.read_text(encoding="utf-8"))
    classes = _classes()
    _check(classes, entries["fields"])
    concerns = "".join(f"- **{entry['short']}**: {_line(entry['text'])}\n" for entry in entries["concerns"].values())
    sections = "\n".join(_section(cls, entries) for cls in classes)
    return f"{_HEAD}{concerns}\n## The fields\n\n{sections}"


def _classes() -> list[type]:
    """Every class of the format, a section before those inside it; network gear last, being no pupil's device."""
    found: list[type] = []
    _walk(Report, found)
    gear: list[type] = []
    _walk(NetworkGear, gear)
    return [cls for cls in found if cls not in gear] + gear


def _walk(cls: type, found: list[type]) -> None:
    found.append(cls)
    for shape in shapes(cls).values():
        for inner in (shape.kind, shape.item):
            if inner is not None and dataclasses.is_dataclass(inner) and inner not in found:
                _walk(inner, found)


def _check(classes: list[type], listed: dict[str, dict[str, list[str]]]) -> None:
    fields = {f"{cls.__name__}.{name}" for cls in classes for name in shapes(cls)}
    entries = [f"{name}.{field}" for name, groups in listed.items() for group in groups.values() for field in group]
    missing, extra = sorted(fields - set(entries)), sorted(set(entries) - fields)
    twice = sorted({entry for entry in entries if entries.count(entry) > 1})
    problems = [f"{name}: {', '.join(found)}" for name, found in _named(missing, extra, twice) if found]
    if problems:
        raise ReportError(f"{_ENTRIES.name}: {'; '.join(problems)}")


def _named(missing: list[str], extra: list[str], twice: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield "fields without an entry", missing
    yield "entries without a field", extra
    yield "fields with two entries", twice


def _section(cls: type, entries: dict[str, Any]) -> str:
    of = {field: name for name, group in entries["fields"][cls.__name__].items() for field in group}
    rows = "".join(
        f"| `{name}` | {shape.bounds.why} | {_holds(shape)} | {_kept(cls, name, entries)} "
        f"| {entries['concerns'][of[name]]['short']} |\n"
        for name, shape in shapes(cls).items()
    )
    summary = (cls.__doc__ or "").split("\n", maxsplit=1)[0]
    return (
        f"### {cls.__name__}\n\n{summary}\n\n| field | why | may hold | kept | concern |\n|---|---|---|---|---|\n{rows}"
    )


def _holds(shape: FieldShape) -> str:
    """What the format lets the field hold, so that a reader sees that no more fits."""
    if shape.item is not None:
        return f"at most {shape.bounds.max_items} entries"
    if dataclasses.is_dataclass(shape.kind):
        return "a section"
    if shape.kind is str:
        return f"text of at most {shape.bounds.max_length}"
    return {bool: "yes or no", int: "a whole number"}.get(shape.kind, "a number")


def _kept(cls: type, name: str, entries: dict[str, Any]) -> str:
    field = f"{cls.__name__}.{name}"
    how = next((how for how, fields in entries["kept_fields"].items() if field in fields), "latest")
    return str(entries["kept"][how])


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.stdout.write(page())
