"""Linux: ``/sys/class/net`` (Documentation/ABI/testing/sysfs-class-net) and ``/proc/net``. No rights needed.

``speed`` is -1 or fails with EINVAL where there is no link. ``/proc/net/wireless`` gives the signal on kernels that
still have it; the agent asks nl80211 first.
"""

import re
from typing import Any

from homeroom_agent.parsers.network.link import Counters, LinkFacts, LinkType, document
from homeroom_agent.parsers.tree import Tree, captured, exists, integer, text
from homeroom_agent.parsers.values import clean, number

_ROOT = "sys/class/net"
_ETHERNET = 1  # ARPHRD_ETHER, if_arp.h
_COUNTERS = {
    "receive_bytes": "rx_bytes",
    "transmit_bytes": "tx_bytes",
    "receive_errors": "rx_errors",
    "transmit_errors": "tx_errors",
    "receive_drops": "rx_dropped",
    "transmit_drops": "tx_dropped",
}
_RTF_REJECT = 0x200
_VIRTUAL_NAMES = re.compile(
    r"docker|veth|br\d|br-|virbr|vnet|tun|tap|wg|dummy|ifb|bond|team|vlan|sit|ip6tnl|gre|tailscale"
)
_VIRTUAL_MARKS = ("bridge", "bonding", "tun_flags")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture."""
    return document(links(captured(raw)))


def links(tree: Tree) -> list[LinkFacts]:
    """Every link but the loopback, in natural order; those without hardware behind them are marked virtual."""
    active, signals = default_links(tree), wireless_signals(tree)
    return [_link(tree, name, active, signals) for name in tree.names(_ROOT) if _is_link(tree, name)]


def _is_link(tree: Tree, name: str) -> bool:
    path = f"{_ROOT}/{name}"
    return name != "lo" and any(
        exists(tree, f"{path}/{file}") for file in ("operstate", "type", "statistics", "carrier")
    )


def _link(tree: Tree, name: str, active: set[str] | None, signals: dict[str, float]) -> LinkFacts:
    path = f"{_ROOT}/{name}"
    speed = integer(tree, f"{path}/speed", 1)
    duplex = text(tree, f"{path}/duplex")
    return LinkFacts(
        name=clean(name, 64) or "link",
        type=_type(tree, name),
        up=_up(tree, path),
        active=None if active is None else name in active,
        virtual=_is_virtual(tree, name),
        # 4294967295 is the unsigned form of "unknown", 10 Tbit/s more than any link.
        speed_bps=speed * 1_000_000 if speed is not None and speed < 10_000_000 else None,
        full_duplex={"full": True, "half": False}.get(duplex or ""),
        signal_dbm=signals.get(name),
        counters=Counters(**{ours: integer(tree, f"{path}/statistics/{theirs}") for ours, theirs in _COUNTERS.items()}),
    )


def _is_virtual(tree: Tree, name: str) -> bool:
    """Whether no hardware is behind the link: the kernel keeps such links under ``devices/virtual``.

    A capture that was cut down to the class directory shows neither; there the names of the usual drivers must do.
    """
    path = f"{_ROOT}/{name}"
    real = tree.real(path)
    if "/virtual/" in real or real != path or exists(tree, f"{path}/device"):
        return "/virtual/" in real
    return _VIRTUAL_NAMES.match(name) is not None or any(exists(tree, f"{path}/{mark}") for mark in _VIRTUAL_MARKS)


def _type(tree: Tree, name: str) -> LinkType:
    path = f"{_ROOT}/{name}"
    if exists(tree, f"{path}/wireless") or exists(tree, f"{path}/phy80211"):
        return "wifi"
    device_type = next((word[8:] for word in _uevent(tree, path) if word.startswith("DEVTYPE=")), "")
    if device_type in ("wlan", "wwan"):
        return "wifi" if device_type == "wlan" else "cellular"
    if name.startswith("wwan"):
        return "cellular"
    return "ethernet" if integer(tree, f"{path}/type") == _ETHERNET and not device_type else "other"


def _uevent(tree: Tree, path: str) -> list[str]:
    try:
        return tree.read(f"{path}/uevent").decode("ascii", "replace").split()
    except OSError:
        return []


def _up(tree: Tree, path: str) -> bool | None:
    """Whether the link is up; drivers that leave ``operstate`` unknown still show their carrier."""
    state = text(tree, f"{path}/operstate")
    if state in (None, "unknown"):
        carrier = integer(tree, f"{path}/carrier")
        return None if carrier is None else carrier == 1
    return state == "up"


def default_links(tree: Tree) -> set[str] | None:
    """Names of the links that carry a default route, None where the routes cannot be read."""
    tables = [_rows(tree, "proc/net/route"), _rows(tree, "proc/net/ipv6_route")]
    if tables == [None, None]:
        return None
    ipv4, ipv6 = (table or [] for table in tables)
    found = {row[0] for row in ipv4 if len(row) > 7 and row[1] == row[7] == "00000000" and not _rejects(row[3])}
    found |= {row[9] for row in ipv6 if len(row) > 9 and row[0] == "0" * 32 and row[1] == "00" and not _rejects(row[8])}
    return found - {"lo"}


def _rows(tree: Tree, path: str) -> list[list[str]] | None:
    try:
        return [line.split() for line in tree.read(path).decode("ascii", "replace").splitlines()]
    except OSError:
        return None


def _rejects(flags: str) -> bool:
    try:
        return bool(int(flags[:16], 16) & _RTF_REJECT)
    except ValueError:
        return True


def wireless_signals(tree: Tree) -> dict[str, float]:
    """Signal of each Wi-Fi link in dBm from ``/proc/net/wireless``: interface, status, link, level, noise."""
    rows = [row for row in _rows(tree, "proc/net/wireless") or [] if len(row) > 3 and row[0].endswith(":")]
    levels = {row[0][:-1]: number(row[3].rstrip(".")) for row in rows}
    return {name: level for name, value in levels.items() if (level := _dbm(value)) is not None}


def _dbm(level: float | None) -> float | None:
    """Old drivers wrap the level around 256; a level that is not negative then is a relative one, without a unit."""
    if level is not None and 128 <= level <= 255:
        level -= 256
    return number(level, -120, -1)
