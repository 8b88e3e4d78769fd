"""Network links with hardware behind them. Never a network's name, an address or a neighbour."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

from homeroom_agent.parsers.network.link import LinkFacts, band
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Link, Unavailable

NAME = "links"
INTERVAL = 0.0
_MOST = 32  # bound of the wire format


def read() -> Facts:
    """Every physical link, with counters since boot."""
    return facts(_links())


def facts(links: Sequence[LinkFacts]) -> Facts:
    """Rows of the physical links; of a machine that has none, such as a container, its virtual ones."""
    physical = [link for link in links if not link.virtual] or [link for link in links if link.active]
    rows = [row(link) for link in physical[:_MOST]]
    return Facts({"links": rows}, _reasons(rows))


def row(link: LinkFacts) -> Link:
    """The wire form of a link."""
    name = link.band or band(link.frequency_mhz)
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


def _links() -> list[LinkFacts]:
    if sys.platform == "linux":
        from homeroom_agent.parsers.network import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.links(LiveTree())
    return []
