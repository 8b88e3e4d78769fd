"""Where a request comes from, and whether that is the school. Addresses are used and forgotten, never stored.

Behind a reverse proxy the peer is the proxy. ``X-Forwarded-For`` is believed only as far as it was written by proxies
that the configuration trusts: read from the right, the first address that is none of them is the client.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from homeroom_collector.http.whole import Asking
from homeroom_collector.model import School

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def parse(text: str) -> Address | None:
    """Read an address; IPv4 inside IPv6 becomes IPv4 again. None where it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=_REMEMBERED)
def neighbourhood(address: str) -> str | None:
    """What counts as one place: an IPv4 address, or the 64 bits of IPv6 that one network may use as it likes.

    None for this machine itself: that is a proxy nobody named, or a technician; neither is one sender.
    """
    parsed = parse(address)
    if parsed is None or parsed.is_loopback:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    return address is not None and any(address in network for network in networks)


class Addresses:
    """Finds the client of a request."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._trusted = tuple(ipaddress.ip_network(block) for block in trusted_proxies)

    def of(self, request: Asking) -> str:
        """The client's address as text; the peer's where no trusted proxy says otherwise."""
        peer = request.remote or ""
        if not self._trusted or not within(parse(peer), self._trusted):
            return peer
        client = peer
        for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
            if (address := parse(hop)) is None:
                break
            client = str(address)
            if not within(address, self._trusted):
                break
        return client

    def trusts(self, request: Asking) -> bool:
        """Whether a trusted proxy sent the request on, whose headers count."""
        return within(parse(request.remote or ""), self._trusted)

    def scheme(self, request: Asking) -> str:
        """``http`` or ``https``, as the client wrote it: behind a trusted proxy, what that says."""
        said = request.headers.get("X-Forwarded-Proto", "").strip().lower()
        if said in ("http", "https") and self.trusts(request):
            return said
        return request.scheme


class Campus:
    """The schools' own networks."""

    def __init__(self) -> None:
        self._networks: dict[str, tuple[Network, ...]] = {}
        self._known = lru_cache(maxsize=_REMEMBERED)(self._look)

    def put(self, school: School) -> None:
        """Learn a school's networks."""
        self._networks[school.school_id] = tuple(ipaddress.ip_network(block) for block in school.networks)
        self._known.cache_clear()

    def holds(self, school_id: str, address: str) -> bool | None:
        """Whether a client is in its school's networks; None where nobody said which they are."""
        return self._known(school_id, address)

    def _look(self, school_id: str, address: str) -> bool | None:
        networks = self._networks.get(school_id)
        return within(parse(address), networks) if networks else None
