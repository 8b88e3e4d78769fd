"""Where to connect: the collector's address, and the proxy on the way if there is one."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from homeroom_agent.errors import TransportError

DIRECT = "none"


@dataclass(frozen=True, slots=True)
class Route:
    """A host to reach and how. ``proxy`` is host and port, or None; ``proxy_headers`` may carry its password."""

    secure: bool
    host: str
    port: int
    path: str
    proxy: tuple[str, int] | None = None
    proxy_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def authority(self) -> str:
        """``host:port`` as it stands in a URL and in CONNECT."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def through(self) -> str:
        """The way in words, for errors."""
        return f"{self.authority} through the proxy {self.proxy[0]}:{self.proxy[1]}" if self.proxy else self.authority


def route_to(url: str, proxy: str = "") -> Route:
    """Plan the way to ``url``. ``proxy`` is an address, ``none``, or empty for what the system says.

    The system is HTTPS_PROXY and NO_PROXY, or the settings of Windows and macOS. Raises TransportError (permanent)
    where the proxy's address cannot be used.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    address = proxy or _proxy_of_the_system(parts.scheme, f"{host}:{port}")
    if not address or address == DIRECT:
        return Route(secure, host, port, parts.path)
    way, headers = _proxy(address)
    return Route(secure, host, port, parts.path, way, headers)


def _proxy_of_the_system(scheme: str, authority: str) -> str:
    if urllib.request.proxy_bypass(authority):
        return ""
    proxies = urllib.request.getproxies()
    return proxies.get(scheme) or proxies.get("all", "")


def _proxy(address: str) -> tuple[tuple[str, int], dict[str, str]]:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host:
        raise TransportError(
            "the proxy's address cannot be used; write it as http://proxy.example.org:3128", permanent=True
        )
    if parts.path.lower().endswith((".pac", ".dat")):
        raise TransportError(
            f"{host}{parts.path} is a proxy script (PAC), which this agent does not run; "
            "set collector.proxy to the proxy that the script names",
            permanent=True,
        )
    if parts.scheme != "http":
        raise TransportError(
            f"the proxy {host} wants {parts.scheme}, which this agent does not speak; "
            "set collector.proxy to its http address (what passes through it stays encrypted)",
            permanent=True,
        )
    if parts.username is None:
        return (host, port), {}
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return (host, port), {"Proxy-Authorization": f"Basic {base64.b64encode(login).decode()}"}
