"""What a device is, from all that speaks of it. Pure.

Profiles know best and win field by field. Where none matches, or it leaves a field open, the standard tables speak:
ENTITY-MIB, UPS-MIB, Printer-MIB; then sysDescr, by patterns that hold for any maker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from homeroom_agent.report.network import GearIdentity, Interface

_ETHERNET, _WIFI = {6, 62, 69, 117}, 71
_SWITCH_PORTS = 5

_VERSIONS = (
    re.compile(r"\b(?:version|vers?|revision|rev)\b\.?[ :=]*v?(\d[\w.()+-]*\d\)?|\d)", re.IGNORECASE),
    re.compile(r"\b(?:firmware|software|fw|sw|rom)[ :=]+[vV]?(\d+(?:\.[\w()-]+)+)", re.IGNORECASE),
    re.compile(r"(?:^|[ ,;])[vV](\d+(?:\.[\w()-]+)+)"),
    re.compile(r"(?:^|[ ,;])(\d+\.\d+(?:\.[\w()-]+)+)"),
)
_NO_MODEL = re.compile(r"version|software|linux|windows|freebsd|hardware:|copyright|http|snmp", re.IGNORECASE)
_LONGEST_MODEL = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of the standard tables a device has."""

    ups: bool = False
    printer: bool = False
    host: bool = False
    bridge_ports: int = 0


def merged(candidates: Iterable[GearIdentity | None], description: str | None, kind: str) -> GearIdentity:
    """Join identities, the first that fills a field wins; then sysDescr; ``kind`` where nobody knows better."""
    whole = described(description)
    for candidate in reversed([found for found in candidates if found is not None]):
        known = {f.name: value for f in fields(candidate) if _says(value := getattr(candidate, f.name))}
        whole = replace(whole, **known)
    return whole if whole.kind != "other" else replace(whole, kind=kind)


def _says(value: str | None) -> bool:
    return value not in (None, "", "other")


def described(description: str | None) -> GearIdentity:
    """Read what sysDescr gives away whoever made the device: a version, and a model where it begins with one."""
    if not description:
        return GearIdentity()
    found = next((match[1] for pattern in _VERSIONS if (match := pattern.search(description))), None)
    return GearIdentity(model=_model(description), version=found[:200] if found else None)


def _model(description: str) -> str | None:
    """The words before the first comma of the first line, where they look like a product: short, and with a digit."""
    first = re.split(r"[,;\r\n]", description, maxsplit=1)[0].strip()
    looks = any(c.isdigit() for c in first) and len(first) <= _LONGEST_MODEL and not _NO_MODEL.search(first)
    return first if looks else None


def kind(evidence: Evidence, ports: Sequence[Interface]) -> str:
    """Class of a device that no profile knows, by the tables only that class has."""
    if evidence.printer:
        return "printer"
    if evidence.ups:
        return "ups"
    if any(port.type == _WIFI for port in ports):
        return "access_point"
    wired = sum(port.type in _ETHERNET for port in ports)
    if wired >= _SWITCH_PORTS and (evidence.bridge_ports >= _SWITCH_PORTS or not evidence.host):
        return "switch"
    return "server" if evidence.host else "other"
