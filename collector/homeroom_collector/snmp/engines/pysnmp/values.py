"""Values of pysnmp and pyasn1 as ``session.py`` wants them, by their tag: SMIv1 and SMIv2 have classes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from homeroom_collector.snmp.engines import wire
from homeroom_collector.snmp.engines.exchange import END, Bindings, Ended
from homeroom_collector.snmp.session import IpAddress, Oid, Value

_NUMBERS = {wire.INTEGER, wire.COUNTER32, wire.GAUGE32, wire.TIME_TICKS, wire.COUNTER64, wire.UINTEGER32}


Convert = Callable[[Any], Value | Ended | None]


def bindings_of(varbinds: Iterable[tuple[Any, Any]], convert: Convert) -> Bindings:
    """Names and values in the order of the message."""
    return [(str(name), convert(value)) for name, value in varbinds]


def opened(value: Any) -> Any:
    """The value itself where it is wrapped in a choice (ObjectSyntax)."""
    while hasattr(value, "getComponent") and not value.tagSet:
        value = value.getComponent()
    return value


def tag_of(value: Any) -> int:
    """Tag octet on the wire."""
    outermost = value.tagSet.superTags[-1]
    tag: int = outermost.tagClass | outermost.tagId
    return tag


def value_of(value: Any) -> Value | Ended | None:
    """One value as ``session.py`` types it."""
    value = opened(value)
    tag = tag_of(value)
    if tag in _NUMBERS:
        return int(value)
    if tag == wire.OBJECT_ID:
        return Oid(str(value))
    if tag == wire.END_OF_MIB_VIEW:
        return END
    if tag in (wire.OCTETS, wire.OPAQUE, wire.IP_ADDRESS):
        return _octets(tag, value.asOctets())
    return None


def _octets(tag: int, content: bytes) -> Value | None:
    if tag == wire.OPAQUE:
        return wire.opaque(content)
    if tag == wire.IP_ADDRESS:
        return IpAddress(".".join(map(str, content))) if len(content) == 4 else None
    return content
