"""Find out what a device is from a profile's identity rules. Pure, over ``Answers``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeroom_agent.report.network import KINDS, GearIdentity
from homeroom_collector.snmp.knowledge.answers import SYS_DESCR, SYS_NAME, SYS_OBJECT_ID, Answers, is_scalar
from homeroom_collector.snmp.knowledge.numbers import Row
from homeroom_collector.snmp.knowledge.schema import IdentityRule, Profile, Text
from homeroom_collector.snmp.knowledge.values import as_text, matches
from homeroom_collector.snmp.session import Value

# entPhysicalEntry (RFC 6933): where each text is, and the numbers of entPhysicalClass.
_ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
_ENTITY = {"description": 2, "name": 7, "hardware": 8, "firmware": 9, "software": 10, "serial": 11, "maker": 12,
           "model": 13, "alias": 14, "asset": 15}  # fmt: skip
_CLASSES = {"other": 1, "chassis": 3, "backplane": 4, "container": 5, "power": 6, "fan": 7, "sensor": 8, "module": 9,
            "port": 10, "stack": 11}  # fmt: skip
_BOUNDS = {"vendor": 120, "model": 200, "os": 120, "version": 200, "serial": 120}


def identify(profile: Profile, answers: Answers) -> GearIdentity:
    """Give the identity; a field that no rule fills is None, and the kind is then ``other``."""
    rule = profile.identity
    found = {name: _first(getattr(rule, name), answers) for name in ("kind", *_BOUNDS)}
    described = _described(rule, answers)
    texts = {name: (found[name] or described.get(name) or "")[:most] or None for name, most in _BOUNDS.items()}
    kind = found["kind"] or "other"
    return GearIdentity(kind=kind if kind in KINDS else "other", profile=profile.name, **texts)


def _first(texts: list[Text], answers: Answers) -> str | None:
    for text in texts:
        for candidate in _candidates(text, answers):
            done = _finish(text, candidate)
            if done:
                return done
    return None


def _described(rule: IdentityRule, answers: Answers) -> dict[str, str]:
    """Give the named groups of the first pattern that fits sysDescr."""
    descr = _scalar_text(answers, SYS_DESCR)
    for pattern in rule.described:
        found = pattern.search(descr)
        if found:
            return {name: text.strip() for name, text in found.groupdict().items() if text}
    return {}


def _scalar_text(answers: Answers, oid: str) -> str:
    value = answers.scalar(oid)
    return "" if value is None else as_text(value)


def _candidates(text: Text, answers: Answers) -> Iterator[tuple[Row, str]]:
    """Give the texts of one rule, raw, in the device's order."""
    if text.text is not None:
        yield Row(answers, "0", text.columns), text.text
    elif text.object_id is not None:
        yield (
            Row(answers, "0", text.columns),
            longest_prefix(text.object_id, _scalar_text(answers, SYS_OBJECT_ID)) or "",
        )
    elif text.description is not None:
        yield (
            Row(answers, "0", text.columns),
            _searched(text.description, text.format, _scalar_text(answers, SYS_DESCR)),
        )
    elif text.system_name is not None:
        yield Row(answers, "0", text.columns), _searched(text.system_name, text.format, _scalar_text(answers, SYS_NAME))
    else:
        for index, value in _values(text, answers):
            yield Row(answers, index, text.columns, value), _styled(value, text.style)


def _values(text: Text, answers: Answers) -> Iterator[tuple[str, Value]]:
    if text.entity is not None:
        yield from _entity(text, answers)
    elif text.oid is not None and (text.row is not None or is_scalar(text.oid)):
        value = answers.scalar(text.oid if text.row is None else f"{text.oid}.{text.row}")
        if value is not None:
            yield text.row or "0", value
    elif text.oid is not None:
        yield from answers.column(text.oid).items()


def _entity(text: Text, answers: Answers) -> Iterator[tuple[str, Value]]:
    """Give one column of ENTITY-MIB for the rows of one class, lowest index first."""
    classes = answers.column(f"{_ENTRY}.5")
    column = answers.column(f"{_ENTRY}.{_ENTITY[text.entity or 'model']}")
    wanted = _CLASSES[text.of_class]
    for index in sorted((index for index in column if index.isdigit()), key=int):
        if classes.get(index) == wanted:
            yield index, column[index]


def _searched(pattern: re.Pattern[str], template: str | None, text: str) -> str:
    found = pattern.search(text)
    if not found:
        return ""
    if template and found.re.groups:
        return "\x1f".join(group or "" for group in found.groups())
    return (found[1] or "") if found.re.groups else found[0]


def _styled(value: Value, style: str) -> str:
    if style == "text" or not isinstance(value, bytes):
        return as_text(value)
    return value.hex(":" if style == "mac" else " ").upper() if style == "mac" else value.hex().upper()


def _finish(text: Text, candidate: tuple[Row, str]) -> str:
    """Apply pattern, map, skip and format, in this order."""
    row, found = candidate
    groups = found.split("\x1f")
    if text.pattern is not None:
        match = text.pattern.search(found)
        groups = [""] if match is None else [group or "" for group in match.groups() or (match[0],)]
    groups = [text.map.get(group.strip(), group.strip()) for group in groups]
    if not any(groups) or matches(groups[0].encode(), text.skip):
        return ""
    return _formatted(text.format, groups, row) if text.format else groups[0]


def _formatted(template: str, groups: list[str], row: Row) -> str:
    """Fill ``{}`` and ``{1}`` with what was found and ``{name}`` with the columns beside it."""
    filled = template.replace("{}", groups[0])
    for place, group in enumerate(groups, start=1):
        filled = filled.replace(f"{{{place}}}", group)
    return row.fill(filled).replace(" ()", "")


def longest_prefix(table: dict[str, str], oid: str) -> str | None:
    """Look an OID up by its longest prefix, arc by arc."""
    arcs = oid.split(".")
    for size in range(len(arcs), 0, -1):
        text = table.get(".".join(arcs[:size]))
        if text is not None:
            return text
    return None
