"""One device, many addresses: a router answers on every interface, a stack on two, a server on its service port. Pure.

Two findings are one device where they show the same serial number of the same maker, the same bridge address, or the
same SNMP engine: same id, same count of boots, started at the same second. An engine id alone proves nothing, as some
makers ship one id with every device.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from homeroom_collector.snmp.discovery.search import Found, identity

_SAME_START_SECONDS = 3.0
_NO_SERIALS = {"", "0", "none", "unknown", "n/a", "na", "null", "default", "serial", "0123456789"}


def merged(found: Sequence[Found]) -> list[Found]:
    """Give each device once, under its lowest address, the others in ``also``; in the order of addresses."""
    groups: list[list[Found]] = []
    for item in sorted(found, key=lambda each: _order(each.address)):
        same = [group for group in groups if any(is_same(item, other) for other in group)]
        joined = [item, *(each for group in same for each in group)]
        groups = [group for group in groups if group not in same] + [joined]
    devices = [_joined(sorted(group, key=lambda each: _order(each.address))) for group in groups]
    return sorted(devices, key=lambda each: _order(each.address))


def is_same(one: Found, other: Found) -> bool:
    """Say whether both are one device."""
    return one.address == other.address or bool(set(_marks(one)) & set(_marks(other))) or _same_engine(one, other)


def _marks(found: Found) -> Iterator[Hashable]:
    known = identity(found)
    if known.serial and known.serial.strip().lower() not in _NO_SERIALS:
        yield "serial", known.vendor, known.serial
    if found.marks.bridge_address:
        yield "bridge", found.marks.bridge_address


def _same_engine(one: Found, other: Found) -> bool:
    a, b = one.marks, other.marks
    if a.engine_id is None or a.engine_id != b.engine_id or a.engine_boots != b.engine_boots:
        return False
    if a.engine_started is None or b.engine_started is None:
        return False
    return abs(a.engine_started - b.engine_started) <= _SAME_START_SECONDS


def _joined(group: Sequence[Found]) -> Found:
    readable = [each for each in group if each.gear is not None] or list(group)
    first = readable[0]
    return replace(first, also=tuple(each.address for each in group if each.address != first.address))


def _order(address: str) -> tuple[int, int]:
    parsed = ipaddress.ip_address(address)
    return parsed.version, int(parsed)
