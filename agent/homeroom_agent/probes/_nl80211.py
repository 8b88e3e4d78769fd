"""Linux: one netlink socket to the kernel's Wi-Fi layer, opened for each reading. No rights needed."""

from __future__ import annotations

import dataclasses
import socket
import sys
from collections.abc import Callable

from homeroom_agent.parsers.network import nl80211
from homeroom_agent.parsers.network.nl80211 import Radio

_NETLINK_GENERIC = 16
_TIMEOUT_SECONDS = 2.0
_BUFFER_BYTES = 65_536
_MOST_PARTS = 32

# Sends a message and gives the whole answer, all parts of a dump. Raises OSError.
Exchange = Callable[[bytes], bytes]


def radios() -> dict[str, Radio]:
    """Wi-Fi links by name; none where the kernel has no Wi-Fi or the sandbox no netlink."""
    if sys.platform != "linux":
        return {}
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_GENERIC) as channel:
            channel.settimeout(_TIMEOUT_SECONDS)
            channel.bind((0, 0))
            return ask(lambda message: _exchange(channel, message))
    except OSError:
        return {}


def ask(exchange: Exchange) -> dict[str, Radio]:
    """The conversation: which family, which interfaces, and of each its access point's signal. Raises OSError."""
    family = nl80211.family(exchange(nl80211.family_request(1)))
    if family is None:
        return {}
    found = {}
    for radio in nl80211.interfaces(exchange(nl80211.interfaces_request(family, 2))):
        signal, rate, connected = nl80211.station(exchange(nl80211.stations_request(family, 3, radio.index)))
        found[radio.name] = dataclasses.replace(radio, signal_dbm=signal, rate_bps=rate, connected_seconds=connected)
    return found


def _exchange(channel: socket.socket, message: bytes) -> bytes:
    channel.send(message)
    answer = b""
    for _ in range(_MOST_PARTS):
        part = channel.recv(_BUFFER_BYTES)
        answer += part
        if nl80211.is_last(part) or not nl80211.is_multipart(part):
            break
    return answer
