"""Windows: MSFT_NetAdapter (root/StandardCimv2). No rights needed. Speeds are bits per second.

A VPN's adapter claims 100 Gbit/s; the real uplink is told by HardwareInterface, Virtual and ConnectorPresent.
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.network.link import LinkFacts, LinkType, document
from homeroom_agent.parsers.values import clean, flag, whole

# NDIS_PHYSICAL_MEDIUM (ntddndis.h) and ifType (IANA): 9 native 802.11, 1 wireless LAN; 8 wireless WAN.
_MEDIA: dict[int, LinkType] = {1: "wifi", 9: "wifi", 8: "cellular", 14: "ethernet", 10: "other"}
_IF_TYPES: dict[int, LinkType] = {6: "ethernet", 71: "wifi", 243: "cellular", 244: "cellular"}
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
    return _MEDIA.get(medium or 0) or _IF_TYPES.get(if_type or 0) or "other"


def _up(item: Mapping[str, Any]) -> bool | None:
    state = whole(item.get("MediaConnectState"))
    if state in (1, 2):
        return state == _CONNECTED
    operational = whole(item.get("InterfaceOperationalStatus"))
    return None if operational is None else operational == _CONNECTED


def _is_virtual(item: Mapping[str, Any]) -> bool:
    """Virtual adapters say so; those of old drivers that do not have no connector."""
    hardware, virtual = flag(item.get("HardwareInterface")), flag(item.get("Virtual"))
    connector = flag(item.get("ConnectorPresent"))
    return virtual is True or hardware is False or (hardware is None and connector is False)


def _speed(item: Mapping[str, Any]) -> int | None:
    speeds = (whole(item.get(key), 1, _MOST_BPS) for key in ("TransmitLinkSpeed", "Speed", "ReceiveLinkSpeed"))
    return next((speed for speed in speeds if speed is not None), None)
