"""The ``listen.connections`` section of the configuration: how many connections there may be, and how slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeroom_collector.strict import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """Bounds of connections. ``per_address`` counts neither this machine nor trusted proxies.

    ``head``: until the first request's head is here; ``idle``: until the next one's; ``body``: until a request's body
    is here; ``answer``: how long a client may read nothing of an answer; ``handshake``: of TLS.
    """

    most: int = 10_000
    per_address: int = 2_000
    handshake: Seconds = 10.0
    head: Seconds = 10.0
    body: Seconds = 100.0
    answer: Seconds = 60.0
    idle: Seconds = 75.0


def problems(settings: ConnectionSettings) -> Iterator[str]:
    """What is out of bounds, with its dotted path."""
    for name in ("most", "per_address"):
        if getattr(settings, name) < 1:
            yield f"listen.connections.{name}: must be at least 1"
    for name in ("handshake", "head", "body", "answer", "idle"):
        if getattr(settings, name) <= 0:
            yield f"listen.connections.{name}: must be more than 0"
