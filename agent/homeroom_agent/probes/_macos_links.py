"""macOS: counters from psutil each time; which link is Wi-Fi, and its signal, from system_profiler once an hour."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

import psutil

from homeroom_agent.parsers.network import system_profiler
from homeroom_agent.parsers.network.link import Counters, LinkFacts
from homeroom_agent.probes import _macos

_PROFILE_SECONDS = 3600.0
# en0, en1 … are hardware; awdl, llw, utun, bridge, anpi, ap are Apple's own.
_HARDWARE = re.compile(r"en\d+")
_KEPT = ("up", "channel", "band_name", "signal_dbm", "rate_bps")


def links(memory: dict[str, Any]) -> list[LinkFacts]:
    """Every hardware link."""
    if _macos.is_due(memory, "profiled_at", _PROFILE_SECONDS):
        found = system_profiler.links(_macos.profile("SPAirPortDataType"))
        memory["wifi"] = {link.name: {key: asdict(link)[key] for key in _KEPT} for link in found}
    counters, states = psutil.net_io_counters(pernic=True), psutil.net_if_stats()
    names = sorted(name for name in counters if _HARDWARE.fullmatch(name))
    return [_link(name, counters[name], states.get(name), memory.get("wifi", {}).get(name)) for name in names]


def _link(name: str, counted: Any, state: Any, wifi: dict[str, Any] | None) -> LinkFacts:
    plain = LinkFacts(
        name=name,
        type="ethernet" if wifi is None else "wifi",
        up=None if state is None else state.isup and (wifi is not None or state.speed > 0),
        speed_bps=state.speed * 1_000_000 if state is not None and state.speed > 0 else None,
        counters=Counters(
            receive_bytes=counted.bytes_recv,
            transmit_bytes=counted.bytes_sent,
            receive_errors=counted.errin,
            transmit_errors=counted.errout,
            receive_drops=counted.dropin,
            transmit_drops=counted.dropout,
        ),
    )
    return plain if wifi is None else replace(plain, **{key: value for key, value in wifi.items() if value is not None})
