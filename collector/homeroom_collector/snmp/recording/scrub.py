"""Takes out of a recorded walk what must not leave the district: secrets, people, addresses, stations. Pure.

Whole tables that consist of addresses, stations, programs or keys are left out. In what stays, addresses become ones
of the ranges kept for documentation (RFC 5737, RFC 3849), hardware addresses keep their maker's half, and words that
are known to be private (credentials, names, labels) are replaced, each always by the same word, so that a walk stays
consistent with itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

LEFT_OUT = (
    "1.3.6.1.2.1.3",  # at: addresses in the index
    "1.3.6.1.2.1.4",  # ip: addresses, ARP, routes
    "1.3.6.1.2.1.6",  # tcp: connections
    "1.3.6.1.2.1.7",  # udp: listeners
    "1.3.6.1.2.1.17.4.3",  # dot1dTpFdbTable: stations
    "1.3.6.1.2.1.17.7.1.2",  # dot1qFdbTable, dot1qTpFdbTable: stations
    "1.3.6.1.2.1.25.4",  # hrSWRun: programs, with their arguments
    "1.3.6.1.2.1.25.5",  # hrSWRunPerf
    "1.3.6.1.2.1.25.6",  # hrSWInstalled
    "1.3.6.1.2.1.55",  # ipv6
    "1.0.8802.1.1.2.1.4.2",  # lldpRemManAddrTable: addresses in the index
    "1.0.8802.1.1.2.1.3.8",  # lldpLocManAddrTable
    "1.3.6.1.4.1.8072.1.3.2",  # net-snmp's extend: commands and what they print
    "1.3.6.1.6.3.12",  # snmpTargetMIB
    "1.3.6.1.6.3.13",  # snmpNotificationMIB
    "1.3.6.1.6.3.15",  # snmpUsmMIB: users
    "1.3.6.1.6.3.16",  # snmpVacmMIB: groups
    "1.3.6.1.6.3.18",  # snmpCommunityMIB: communities
)
_PRIVATE = (
    "1.3.6.1.2.1.1.4",  # sysContact
    "1.3.6.1.2.1.1.6",  # sysLocation
    "1.3.6.1.2.1.31.1.1.1.18",  # ifAlias
)
_NEIGHBOURS = (
    "1.0.8802.1.1.2.1.4.1.1.9",  # lldpRemSysName
    "1.3.6.1.4.1.9.9.23.1.2.1.1.6",  # cdpCacheDeviceId
)
_STATIONS = (
    "1.3.6.1.2.1.2.2.1.6",  # ifPhysAddress
    "1.0.8802.1.1.2.1.4.1.1.5",  # lldpRemChassisId
)
_ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"  # often ends in the hardware address
_CDP_ADDRESS = "1.3.6.1.4.1.9.9.23.1.2.1.1.4"
_SYS_NAME = "1.3.6.1.2.1.1.5.0"

_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){1,6}(?![\w:])|(?<![\w:])fe80::[\w:]+")
_MAC = re.compile(r"(?<![\w:.-])(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}(?![\w:-])")
_DOTTED_MAC = re.compile(r"(?<![\w.])[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}(?![\w.])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

PRIVATE = b"<private>"


def is_left_out(oid: str) -> bool:
    """The object is not recorded at all."""
    return _below(oid, LEFT_OUT)


class Scrubber:
    """Replaces what is private in one walk. ``secrets`` are words that must appear nowhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._words = {secret: "secret" for secret in secrets if len(secret) > 1}
        self._addresses: dict[str, str] = {}
        self._stations: dict[bytes, bytes] = {}
        self._names: dict[str, str] = {}

    def learn(self, sys_name: bytes) -> None:
        """Let the device's own name be replaced wherever it stands."""
        name = sys_name.decode("latin-1").strip("\0 ")
        for word in (name, name.split(".")[0]):  # the longer first
            if len(word) > 1:
                self._words[word] = "device"

    def octets(self, oid: str, content: bytes) -> bytes:
        """An OCTET STRING without what is private."""
        if _below(oid, _PRIVATE):
            return PRIVATE if content.strip(b"\0 ") else content
        if oid == _SYS_NAME:
            return b"device" if content else content
        if _below(oid, _NEIGHBOURS):
            return self._neighbour(content)
        if _below(oid, (_CDP_ADDRESS,)) and len(content) == 4:
            return ipaddress.ip_address(self.address(".".join(map(str, content)))).packed
        if len(content) == 6 and (_below(oid, _STATIONS) or not _is_printable(content)):
            return self.station(content)
        if oid == _ENGINE_ID:
            return content[:-3] + bytes(len(content[-3:]))
        return self._text(content) if _is_text(content) else content

    def address(self, address: str) -> str:
        """An address of the documentation's ranges instead; masks, loopback and nothing stay as they are."""
        parsed = ipaddress.ip_address(address)
        if parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast or address.startswith("255."):
            return address
        if address not in self._addresses:
            self._addresses[address] = _documented(len(self._addresses), parsed.version)
        return self._addresses[address]

    def station(self, hardware: bytes) -> bytes:
        """A hardware address with its maker's half kept."""
        if hardware in (bytes(6), b"\xff" * 6):
            return hardware
        if hardware not in self._stations:
            self._stations[hardware] = hardware[:3] + (len(self._stations) + 1).to_bytes(3, "big")
        return self._stations[hardware]

    def _neighbour(self, content: bytes) -> bytes:
        name = content.decode("latin-1")
        if not name.strip("\0 "):
            return content
        return self._names.setdefault(name, f"neighbour-{len(self._names) + 1}").encode()

    def _text(self, content: bytes) -> bytes:
        text = content.decode("utf-8", "surrogateescape")
        for word, instead in self._words.items():
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", instead, text)
        text = _MAIL.sub("someone@example.org", text)
        text = _MAC.sub(self._written_station, text)
        text = _DOTTED_MAC.sub(self._written_station, text)
        text = _IPV4.sub(lambda found: self.address(found[0]), text)
        text = _IPV6.sub(self._written_ipv6, text)
        return text.encode("utf-8", "surrogateescape")

    def _written_station(self, found: re.Match[str]) -> str:
        digits = re.sub(r"[^0-9a-fA-F]", "", found[0])
        fresh = iter(self.station(bytes.fromhex(digits)).hex())
        return "".join(next(fresh) if each.isalnum() else each for each in found[0])

    def _written_ipv6(self, found: re.Match[str]) -> str:
        try:
            return self.address(str(ipaddress.ip_address(found[0])))
        except ValueError:
            return found[0]


def _below(oid: str, bases: Iterable[str]) -> bool:
    return any(oid.startswith(f"{base}.") for base in bases)


def _is_text(content: bytes) -> bool:
    """Readable, apart from line ends, tabs and trailing NULs."""
    return all(octet >= 32 or octet in (9, 10, 13) for octet in content.rstrip(b"\0"))


def _is_printable(content: bytes) -> bool:
    return all(32 <= octet < 127 for octet in content)


def _documented(number: int, version: int) -> str:
    if version == 6:
        return str(ipaddress.ip_address(int(ipaddress.ip_address("2001:db8::")) + number + 1))
    ranges = ("192.0.2", "198.51.100", "203.0.113")
    return f"{ranges[number // 254 % 3]}.{number % 254 + 1}"
