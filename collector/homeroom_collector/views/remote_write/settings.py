"""The ``remote_write`` section of the configuration: where samples go, who we are there, and how much may wait."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from homeroom_collector.fleet.member import TABLES
from homeroom_collector.strict import Seconds
from homeroom_collector.views.remote_write.points import OWNERS

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_FILES = ("bearer_token_file", "password_file", "ca_file")
OURS = frozenset({"content-encoding", "content-type", "user-agent", "x-prometheus-remote-write-version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """One receiver. Secrets are read from files, anew for each request; ``headers`` carry no secrets.

    ``name`` stands in metrics, and what waits is kept under it.
    """

    name: str
    url: str
    bearer_token_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    headers: dict[str, str] = field(default_factory=dict)
    timeout: Seconds = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteWriteSettings:
    """Remote write. Without endpoints nothing waits and nothing is sent.

    ``state_every``: how often presence, names and other verdicts are sent, which no report holds; 0 is never.
    ``queue_bytes`` and ``queue_age`` bound what waits for each endpoint, ``longest_backoff`` the pause after failures.
    """

    endpoints: list[EndpointSettings] = field(default_factory=list)
    external_labels: dict[str, str] = field(default_factory=dict)
    state_every: Seconds = 60.0
    samples_per_request: int = 5_000
    queue_bytes: int = 2_000_000_000
    queue_age: Seconds = 7 * 86_400.0
    longest_backoff: Seconds = 60.0

    def names(self) -> list[str]:
        """Names of the endpoints."""
        return [endpoint.name for endpoint in self.endpoints]


def problems(settings: RemoteWriteSettings) -> list[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    found = [*_bounds(settings), *_labels(settings.external_labels), *_repeated(settings.names())]
    for index, endpoint in enumerate(settings.endpoints):
        found += [f"remote_write.endpoints[{index}].{problem}" for problem in _endpoint(endpoint)]
    return found


def _bounds(settings: RemoteWriteSettings) -> Iterator[str]:
    for name in ("samples_per_request", "queue_bytes", "queue_age", "longest_backoff"):
        if getattr(settings, name) <= 0:
            yield f"remote_write.{name}: must be more than 0"


def _labels(external: dict[str, str]) -> Iterator[str]:
    taken = {name for tables in TABLES.values() for table in tables for name in (*OWNERS, *table.labels)}
    for name, value in external.items():
        path = f"remote_write.external_labels.{name}"
        if not _LABEL.fullmatch(name) or name.startswith("__"):
            yield f"{path}: not a label's name; letters, digits and _, no digit first, not two _ first"
        elif name in taken:
            yield f"{path}: is a label of our own metrics"
        elif not value:
            yield f"{path}: empty, which is the same as no label"


def _repeated(names: list[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"remote_write.endpoints: the name {name!r} is used {times} times"


def _endpoint(endpoint: EndpointSettings) -> Iterator[str]:
    if not 0 < len(endpoint.name) <= 64:
        yield "name: must have 1 to 64 characters"
    if not _is_url(endpoint.url):
        yield f"url: {endpoint.url!r} is not an address; for example http://127.0.0.1:9090/api/v1/write"
    if endpoint.bearer_token_file and endpoint.username is not None:
        yield "bearer_token_file, username: both are given; keep one"
    if (endpoint.username is None) != (endpoint.password_file is None):
        yield "username, password_file: belong together"
    if endpoint.timeout <= 0:
        yield "timeout: must be more than 0"
    for name, value in endpoint.headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in OURS or name.lower() == "authorization":
            yield f"headers.{name}: cannot be set here"
        elif not value.isprintable():
            yield f"headers.{name}: not a line of text"


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        return False


def located(settings: RemoteWriteSettings, folder: Path) -> RemoteWriteSettings:
    """Make relative paths start at ``folder``."""
    return replace(settings, endpoints=[_located(endpoint, folder) for endpoint in settings.endpoints])


def _located(endpoint: EndpointSettings, folder: Path) -> EndpointSettings:
    files: dict[str, Any] = {name: folder / path for name in _FILES if (path := getattr(endpoint, name)) is not None}
    return replace(endpoint, **files)
