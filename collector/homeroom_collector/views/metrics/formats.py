"""Which of the two text formats a client gets, and how they differ.

Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ (text 0.0.4) and
https://github.com/OpenObservability/OpenMetrics (1.0). A client that names neither gets text 0.0.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from homeroom_collector.fleet import Family

_OPENMETRICS = "application/openmetrics-text"
_OPENMETRICS_VERSIONS = ("1.0.0", "0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One exposition format. ``process`` writes a prometheus-client registry, which also ends the document."""

    name: str
    content_type: str
    header: Callable[[Family], bytes]
    process: Callable[[CollectorRegistry], bytes]


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _text_header(family: Family) -> bytes:
    kind = "counter" if family.kind == "counter" else "gauge"
    return f"# HELP {family.name} {_help(family.help)}\n# TYPE {family.name} {kind}".encode()


def _openmetrics_header(family: Family) -> bytes:
    name = family.base_name
    unit = f"\n# UNIT {name} {family.unit}" if family.unit else ""
    text = _help(family.help).replace('"', r"\"")
    return f"# HELP {name} {text}\n# TYPE {name} {family.kind}{unit}".encode()


TEXT = Format(name="text", content_type=CONTENT_TYPE_PLAIN_0_0_4, header=_text_header, process=generate_latest)
OPENMETRICS = Format(
    name="openmetrics",
    content_type=f"{_OPENMETRICS}; version=1.0.0; charset=utf-8",
    header=_openmetrics_header,
    process=generate_openmetrics,
)


def choose(accept: str) -> Format:
    """The format that an ``Accept`` header likes best (RFC 9110, 12.5.1); OpenMetrics only where it is named."""
    wanted = {TEXT.name: 0.0, OPENMETRICS.name: 0.0}
    for media_type, parameters in _ranges(accept):
        quality = _quality(parameters.get("q", "1"))
        if media_type == _OPENMETRICS and parameters.get("version", "1.0.0") in _OPENMETRICS_VERSIONS:
            wanted[OPENMETRICS.name] = max(wanted[OPENMETRICS.name], quality)
        elif media_type in ("text/plain", "text/*", "*/*"):
            wanted[TEXT.name] = max(wanted[TEXT.name], quality)
    return OPENMETRICS if wanted[OPENMETRICS.name] > 0 and wanted[OPENMETRICS.name] >= wanted[TEXT.name] else TEXT


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip (RFC 9110, 12.5.3)."""
    qualities = {coding: _quality(parameters.get("q", "1")) for coding, parameters in _ranges(accept_encoding)}
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _ranges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    for item in header.split(","):
        name, *rest = (part.strip() for part in item.split(";"))
        if name:
            halves = (part.partition("=") for part in rest)
            yield name.lower(), {key.strip().lower(): value.strip().strip('"') for key, _, value in halves}


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
