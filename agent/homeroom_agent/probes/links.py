"""Network links with hardware behind them. Never a network's name, an address or a neighbour."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from homeroom_agent.parsers.network.link import LinkFacts
from homeroom_agent.parsers.network.nl80211 import Radio
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Link, Unavailable

NAME = "links"
INTERVAL = 0.0
_MOST = 32  # bound of the wire format
# Two clocks are compared, one of them in whole seconds; sleep stops neither for long.
_SAME_ASSOCIATION_SECONDS = 30.0


def read(memory: dict[str, Any]) -> Facts:
    """Every physical link, with counters since boot and associations since the agent was installed."""
    return facts(_links(memory), memory, time.time())


def facts(links: Sequence[LinkFacts], memory: dict[str, Any], now: float) -> Facts:
    """Rows of the physical links; of a machine that has none, such as a container, its virtual ones."""
    physical = [link for link in links if not link.virtual] or [link for link in links if link.active]
    rows = [row(link, count_roams(link, memory, now)) for link in physical[:_MOST]]
    return Facts({"links": rows}, _reasons(rows))


def count_roams(link: LinkFacts, memory: dict[str, Any], now: float) -> int | None:
    """Associations with another access point, or again with the same one, seen since the agent was installed.

    Told by the age of the association alone: which access points they are is not known here. Several between two
    readings count once.
    """
    if link.associated_seconds is None:
        return None
    kept = memory.setdefault("associations", {}).setdefault(link.name, {"count": 0})
    since = now - link.associated_seconds
    if abs(since - kept.get("since", since)) > _SAME_ASSOCIATION_SECONDS:
        kept["count"] += 1
    kept["since"] = since
    return int(kept["count"])


def with_radios(links: Sequence[LinkFacts], radios: Mapping[str, Radio]) -> list[LinkFacts]:
    """The links with what the Wi-Fi layer says of them, where it says something."""
    return [_with_radio(link, radios[link.name]) if link.name in radios else link for link in links]


def _with_radio(link: LinkFacts, radio: Radio) -> LinkFacts:
    return replace(
        link,
        type="wifi",
        frequency_mhz=radio.frequency_mhz,
        signal_dbm=link.signal_dbm if radio.signal_dbm is None else radio.signal_dbm,
        rate_bps=radio.rate_bps,
        associated_seconds=radio.connected_seconds,
    )


def row(link: LinkFacts, roams: int | None = None) -> Link:
    """The wire form of a link."""
    name = link.band
    return Link(
        name=link.name,
        type=link.type,
        up=link.up,
        active=link.active,
        speed_bps=link.speed_bps,
        full_duplex=link.full_duplex,
        wifi_band=None if name is None else name.replace(" ", ""),
        wifi_signal_dbm=link.signal_dbm,
        wifi_rate_bps=link.rate_bps,
        roams_total=roams,
        **asdict(link.counters),
    )


def _reasons(rows: Sequence[Link]) -> list[Unavailable]:
    found = []
    for link in rows:
        if link.up and link.type == "wifi":
            reason = "the driver does not say"
            found += missing(f"links.{link.name}", link, ("wifi_signal_dbm", "wifi_rate_bps", "wifi_band"), reason)
        elif link.up:
            found += missing(f"links.{link.name}", link, ("speed_bps", "full_duplex"), "the driver does not say")
    return found


def _links(memory: dict[str, Any]) -> list[LinkFacts]:
    if sys.platform == "linux":
        from homeroom_agent.parsers.network import sysfs
        from homeroom_agent.probes import _nl80211
        from homeroom_agent.probes._linux import LiveTree

        return with_radios(sysfs.links(LiveTree()), _nl80211.radios())
    if sys.platform == "win32":
        from homeroom_agent.parsers.network import windows_rows
        from homeroom_agent.probes._windows import kernel

        return windows_rows.links(kernel.interface_rows(), kernel.default_interface(), kernel.radios())
    if sys.platform == "darwin":
        from homeroom_agent.probes import _macos_links

        return _macos_links.links(memory)
    return []
