"""An SNMPv3 message from its octets (RFC 3412 section 6, RFC 3414 section 2.4), and what its reports mean."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.snmp.engines.wire import INTEGER, OCTETS, REPORT, SEQUENCE, MalformedError, Pdu, element, expect

_AUTH_FLAG, _PRIV_FLAG = 0x01, 0x02

REPORT_MEANINGS = {
    "1.3.6.1.6.3.15.1.1.1": "the device does not offer this security level to this user",
    "1.3.6.1.6.3.15.1.1.2": "the device finds the request outside its time window",
    "1.3.6.1.6.3.15.1.1.3": "the device does not know this user",
    "1.3.6.1.6.3.15.1.1.4": "the device does not know this engine id",
    "1.3.6.1.6.3.15.1.1.5": "the authentication password or protocol is wrong",
    "1.3.6.1.6.3.15.1.1.6": "the privacy password or protocol is wrong",
    "1.3.6.1.6.3.12.1.4": "the context is not available now",
    "1.3.6.1.6.3.12.1.5": "the device does not know this context",
    "1.3.6.1.6.3.11.2.1.3": "the device has nobody to answer for this context engine",
}
"""Counters that name the trouble (RFC 3414 section 5, RFC 3413 section 4.1.2, RFC 3412 section 5)."""

SILENT_AFTER_DISCOVERY = "answers SNMPv3 but not this user: the privacy password or protocol is wrong"
"""An agent that cannot decrypt a request often drops it (net-snmp does) instead of reporting decryptionErrors."""

PASSING_REPORTS = frozenset({"1.3.6.1.6.3.15.1.1.2", "1.3.6.1.6.3.15.1.1.4"})
"""Reports that the next request cures: they bring the device's clock and engine id."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is readable without any key. Pairs are where something starts and stops in the octets.

    ``body`` is the scoped PDU, or the OCTET STRING that hides it.
    """

    flags: int
    engine_boots: int
    engine_time: int
    digest: tuple[int, int]
    salt: bytes
    body: tuple[int, int]

    @property
    def is_authenticated(self) -> bool:
        """The message carries a digest."""
        return bool(self.flags & _AUTH_FLAG)

    @property
    def is_encrypted(self) -> bool:
        """The scoped PDU is hidden."""
        return bool(self.flags & _PRIV_FLAG)


def read_header(octets: bytes) -> Header:
    """Read the outside of a message. Raises MalformedError."""
    start, stop = expect(octets, 0, len(octets), SEQUENCE)
    _, version_start, version_stop = element(octets, start, stop)
    if octets[version_start:version_stop] != b"\x03":
        raise MalformedError("not SNMPv3")
    global_start, global_stop = expect(octets, version_stop, stop, SEQUENCE)
    _, _, position = element(octets, global_start, global_stop)
    _, _, position = element(octets, position, global_stop)
    flags_start, flags_stop = expect(octets, position, global_stop, OCTETS)
    if flags_stop - flags_start != 1:
        raise MalformedError("flags of more than one octet")
    security_start, security_stop = expect(octets, global_stop, stop, OCTETS)
    boots, seconds, digest, salt = _security(octets, security_start, security_stop)
    return Header(octets[flags_start], boots, seconds, digest, salt, (security_stop, stop))


def _security(octets: bytes, position: int, end: int) -> tuple[int, int, tuple[int, int], bytes]:
    position, end = expect(octets, position, end, SEQUENCE)
    _, position = expect(octets, position, end, OCTETS)
    start, position = expect(octets, position, end, INTEGER)
    boots = int.from_bytes(octets[start:position], "big", signed=True)
    start, position = expect(octets, position, end, INTEGER)
    seconds = int.from_bytes(octets[start:position], "big", signed=True)
    _, position = expect(octets, position, end, OCTETS)
    digest = expect(octets, position, end, OCTETS)
    salt_start, salt_stop = expect(octets, digest[1], end, OCTETS)
    return boots, seconds, digest, octets[salt_start:salt_stop]


def pdu_within(octets: bytes, position: int, end: int) -> tuple[int, int]:
    """Where the PDU of the scoped PDU between two positions starts and stops. Raises MalformedError."""
    start, stop = expect(octets, position, end, SEQUENCE)
    _, engine_stop = expect(octets, start, stop, OCTETS)
    _, name_stop = expect(octets, engine_stop, stop, OCTETS)
    if name_stop == stop:
        raise MalformedError("no PDU")
    return name_stop, stop


def report_of(pdu: Pdu) -> str | None:
    """Object that a report counts, without its instance; None where the PDU is no report."""
    if pdu.kind != REPORT or not pdu.bindings:
        return None
    return pdu.bindings[0][0].removesuffix(".0")
