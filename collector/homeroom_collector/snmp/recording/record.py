"""Records what a device answers as ``.snmprec`` (one ``OID|tag|value`` a line, snmpsim's format), scrubbed.

So that a user can send a device nobody has a profile for. Walks with pysnmp, the engine that knows the ASN.1 type of
each value; writes in the device's own order, as that may be what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from homeroom_collector.errors import SnmpError
from homeroom_collector.snmp.engines import wire
from homeroom_collector.snmp.engines.exchange import END, Ended
from homeroom_collector.snmp.engines.pysnmp.engine import PysnmpEngine
from homeroom_collector.snmp.engines.pysnmp.values import opened, tag_of
from homeroom_collector.snmp.recording.scrub import Scrubber, is_left_out
from homeroom_collector.snmp.session import Credentials, Endpoint

ROOTS = ("1.0.8802", "1.2.840", "1.3.6.1.2", "1.3.6.1.4", "1.3.6.1.6", "1.3.111")
"""LLDP, IEEE, the standard MIBs, the makers' own, SNMP itself, IEEE again."""
_MOST = 200_000
_SYS_NAME = "1.3.6.1.2.1.1.5.0"


async def record(endpoint: Endpoint, way: Credentials, on_rows: Callable[[int], None] | None = None) -> str:
    """Walk everything and give the recording. Raises SnmpError where nothing answers; a branch that fails is left.

    ``on_rows`` is told how many values there are by now.
    """
    engine = PysnmpEngine(convert=_tagged)
    rows: dict[str, Any] = {}
    try:
        session = await engine.open(endpoint, way)
        try:
            name = (await session.get([_SYS_NAME])).get(_SYS_NAME)
            for root in ROOTS:
                rows |= await _branch(session.walk, root)
                if on_rows is not None:
                    on_rows(len(rows))
        finally:
            await session.close()
    finally:
        await engine.close()
    scrubber = Scrubber(_secrets(way))
    if isinstance(name, bytes):
        scrubber.learn(name[1:])
    return "".join(f"{line}\n" for line in lines(rows, scrubber))


async def _branch(walk: Callable[..., Any], root: str) -> dict[str, Any]:
    try:
        return dict(await walk(root, limit=_MOST))
    except SnmpError as error:
        return dict(error.rows)


def lines(rows: dict[str, bytes], scrubber: Scrubber) -> Iterator[str]:
    """Lines of a recording; each value is its tag octet and then its content."""
    for oid, tagged in rows.items():
        if not is_left_out(oid):
            yield f"{oid}|{_written(oid, tagged[0], tagged[1:], scrubber)}"


def _tagged(value: Any) -> bytes | Ended | None:
    """A pysnmp value as its tag octet and content: text for numbers and names, octets for the rest."""
    value = opened(value)
    tag = tag_of(value)
    if tag == wire.END_OF_MIB_VIEW:
        return END
    if tag in (wire.OCTETS, wire.OPAQUE, wire.IP_ADDRESS):
        content: bytes = value.asOctets()
        return bytes([tag]) + content
    if tag == wire.NULL:
        return bytes([tag])
    if tag in (0x80, 0x81):
        return None
    text = str(value) if tag == wire.OBJECT_ID else str(int(value))
    return bytes([tag]) + text.encode()


def _written(oid: str, tag: int, content: bytes, scrubber: Scrubber) -> str:
    if tag == wire.IP_ADDRESS and len(content) == 4:
        return f"{tag}|{scrubber.address('.'.join(map(str, content)))}"
    if tag in (wire.OCTETS, wire.OPAQUE, wire.IP_ADDRESS):
        octets = scrubber.octets(oid, content) if tag == wire.OCTETS else content
        return f"{tag}|{octets.decode()}" if tag == wire.OCTETS and _is_plain(octets) else f"{tag}x|{octets.hex()}"
    return f"{tag}|{content.decode()}"


def _is_plain(octets: bytes) -> bool:
    """Can stand on a line as it is: snmpsim cuts white space at both ends and takes ``|`` for a separator."""
    return all(32 <= octet < 127 and octet != 0x7C for octet in octets) and octets == octets.strip()


def _secrets(way: Credentials) -> Sequence[str]:
    hidden = [way.community, way.auth_password, way.priv_password]
    return [secret.reveal() for secret in hidden if secret is not None] + ([way.user] if way.user else [])
