"""Windows: MSFT_NetAdapter (root/StandardCimv2). No rights needed. Speeds are bits per second.

A VPN's adapter claims 100 Gbit/s; the real uplink is told by HardwareInterface, Virtual and ConnectorPresent.
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.network.link import LinkFacts, LinkType, document
from homeroom_agent.parsers.values import clean, flag, number, whole

# NDIS_PHYSICAL_MEDIUM (ntddndis.h) and ifType (IANA): 9 native 802.11, 1 wireless LAN; 8 wireless WAN.
_MEDIA: dict[int, LinkType] = {1: "wifi", 9: "wifi", 8: "cellular", 14: "ethernet", 10: "other"}
_IF_TYPES: dict[int, LinkType] = {6: "ethernet", 71: "wifi", 243: "cellular", 244: "cellular"}
# What Get-NetAdapter prints for them (PhysicalMediaType), in small letters.
_MEDIA_WORDS: dict[str, LinkType] = {
    "native 802.11": "wifi", "wireless lan": "wifi", "wireless wan": "cellular", "802.3": "ethernet",
}  # fmt: skip
_STATUS_WORDS = {"up": True, "down": False, "disconnected": False, "disabled": False, "not present": False}
_UNITS = {"bps": 1, "kbps": 10**3, "mbps": 10**6, "gbps": 10**9, "tbps": 10**12}
_CONNECTED = 1  # MediaConnectState; InterfaceOperationalStatus of RFC 2863
_UNKNOWN_SPEED = 2**63 - 1
_MOST_BPS = 400_000_000_000


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return document(links(cim.from_json(raw)))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return document(links(cim.from_list(raw)))


def links(instances: cim.Instances) -> list[LinkFacts]:
    """Every adapter; those without hardware of their own are marked virtual."""
    return [_link(item) for item in instances.get("MSFT_NetAdapter", [])]


def _link(item: Mapping[str, Any]) -> LinkFacts:
    kind = _type(item)
    up = _up(item)
    speed = _speed(item) if up is not False else None
    return LinkFacts(
        name=clean(item.get("Name"), 64) or "link",
        type=kind,
        up=up,
        virtual=_is_virtual(item),
        speed_bps=speed,
        full_duplex=flag(item.get("FullDuplex")) if kind == "ethernet" and up else None,
        rate_bps=speed if kind == "wifi" else None,
    )


def _type(item: Mapping[str, Any]) -> LinkType:
    medium, if_type = whole(item.get("NdisPhysicalMedium")), whole(item.get("InterfaceType"))
    word = (clean(item.get("PhysicalMediaType"), 40) or "").lower()
    return _MEDIA.get(medium or 0) or _IF_TYPES.get(if_type or 0) or _MEDIA_WORDS.get(word) or "other"


def _up(item: Mapping[str, Any]) -> bool | None:
    state = whole(item.get("MediaConnectState"))
    if state in (1, 2):
        return state == _CONNECTED
    operational = whole(item.get("InterfaceOperationalStatus"))
    if operational is not None:
        return operational == _CONNECTED
    return _STATUS_WORDS.get((clean(item.get("Status"), 40) or "").lower())


def _is_virtual(item: Mapping[str, Any]) -> bool:
    """Virtual adapters say so; those of old drivers that do not have no connector."""
    hardware, virtual = flag(item.get("HardwareInterface")), flag(item.get("Virtual"))
    connector = flag(item.get("ConnectorPresent"))
    return virtual is True or hardware is False or (hardware is None and connector is False)


def _speed(item: Mapping[str, Any]) -> int | None:
    speeds = (whole(item.get(key), 1, _MOST_BPS) for key in ("TransmitLinkSpeed", "Speed", "ReceiveLinkSpeed"))
    return next((speed for speed in speeds if speed is not None), None) or _in_words(item.get("LinkSpeed"))


def _in_words(value: object) -> int | None:
    """Such as ``866.7 Mbps``; the decimal mark is the system's."""
    amount, _, unit = (clean(value, 40) or "").rpartition(" ")
    speed = number(amount.replace(",", "."), 0)
    factor = _UNITS.get(unit.lower())
    return None if speed is None or factor is None else whole(round(speed * factor), 1, _MOST_BPS)
