"""Is this still the machine that enrolled? A disk that was copied to another one brings the first one's key along.

The serial number decides where the firmware gives it; otherwise the permanent addresses of the built-in network cards,
which never leave the machine and are kept as digests only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_NET = Path("/sys/class/net")
_WIRELESS = Path("/sys/class/ieee80211")
_PERMANENT = "0"  # addr_assign_type: NET_ADDR_PERM of linux/netdevice.h


def fingerprint(identity: Mapping[str, Any], net: Path = _NET, wireless: Path = _WIRELESS) -> dict[str, str]:
    """What tells this machine from another, as far as this system says. ``identity`` is a report's section."""
    found = {name: str(identity[name]) for name in ("manufacturer", "model", "serial") if identity.get(name)}
    addresses = sorted({*_wired(net), *_radios(wireless)})
    if addresses:
        found["cards"] = " ".join(_digest(address) for address in addresses)
    return found


def is_another(enrolled: Mapping[str, str], current: Mapping[str, str]) -> bool:
    """Whether the machine that enrolled is certainly not the current one. What one does not say proves nothing."""
    one, other = enrolled.get("serial"), current.get("serial")
    if one and other:
        return one != other
    cards, now = set(enrolled.get("cards", "").split()), set(current.get("cards", "").split())
    return bool(cards and now) and not cards & now


def _wired(net: Path) -> list[str]:
    """Addresses burnt into cards that are not on USB: a dock goes from desk to desk."""
    cards = [card for card in net.glob("*") if (card / "device").exists() and not (card / "wireless").exists()]
    return [
        _read(card / "address")
        for card in cards
        if _read(card / "addr_assign_type") == _PERMANENT and "/usb" not in str((card / "device").resolve())
    ]


def _radios(wireless: Path) -> list[str]:
    """The radio's own address; the interface's may be a random one."""
    radios = [radio for radio in wireless.glob("*") if "/usb" not in str((radio / "device").resolve())]
    return [address for radio in radios if (address := _read(radio / "macaddress"))]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _digest(address: str) -> str:
    return hashlib.blake2s(address.encode(), digest_size=8).hexdigest()
