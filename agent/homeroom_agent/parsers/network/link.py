"""One network link as a system describes it, and the shape that ``parse network`` prints.

A link has a speed and a signal. It never has a network name, an address or a neighbour: those say where a child is.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

LinkType = Literal["ethernet", "wifi", "cellular", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What went over a link since boot."""

    receive_bytes: int | None = None
    transmit_bytes: int | None = None
    receive_errors: int | None = None
    transmit_errors: int | None = None
    receive_drops: int | None = None
    transmit_drops: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """Facts of one link."""

    name: str
    type: LinkType = "other"
    up: bool | None = None
    active: bool | None = None
    virtual: bool = False
    speed_bps: int | None = None
    full_duplex: bool | None = None
    frequency_mhz: int | None = None
    channel: int | None = None
    phy: str | None = None
    signal_dbm: float | None = None
    rate_bps: int | None = None
    associated_seconds: int | None = None
    band_name: str | None = None
    counters: Counters = Counters()

    @property
    def band(self) -> str | None:
        """2.4 GHz, 5 GHz, 6 GHz; from the frequency where the system does not name it."""
        return self.band_name or band(self.frequency_mhz)


def band(frequency_mhz: float | None) -> str | None:
    """Band of a Wi-Fi frequency (IEEE 802.11-2020, annex E; 6 GHz: 802.11ax). Channel 177 ends at 5895 MHz."""
    for low, high, name in ((2400, 2500, "2.4 GHz"), (4900, 5925, "5 GHz"), (5925, 7125, "6 GHz")):
        if frequency_mhz is not None and low <= frequency_mhz < high:
            return name
    return None


def band_of_channel(channel: int | None) -> str | None:
    """Band of a channel number that only one band has; 6 GHz repeats some numbers of the other two."""
    if channel is None or channel % 4 == 1:
        return None
    return "2.4 GHz" if 1 <= channel <= 14 else "5 GHz" if 36 <= channel <= 144 and channel % 4 == 0 else None


def uplink(links: Sequence[LinkFacts]) -> LinkFacts | None:
    """The link that carries the traffic: physical, up, with the default route where that is known, wired first."""
    candidates = [link for link in links if link.up and not link.virtual]
    ranked = sorted(
        candidates, key=lambda link: (not link.active, ("ethernet", "wifi", "cellular", "other").index(link.type))
    )
    return ranked[0] if ranked else None


def document(links: Sequence[LinkFacts], **more: Any) -> dict[str, Any]:
    """The answer of ``parse network``: the wireless link's figures on top, the uplink, and every physical link."""
    wifi = next((link for link in links if link.type == "wifi" and not link.virtual), None)
    used = uplink(links)
    return {
        "wireless": wifi is not None if links else None,
        "connected": wifi.up if wifi else None,
        **_radio(wifi or LinkFacts(name="")),
        "uplink": _row(used) if used else None,
        "links": [_row(link) for link in links if not link.virtual],
    } | more


def _radio(link: LinkFacts) -> dict[str, Any]:
    return {
        "signal_dbm": link.signal_dbm,
        "frequency_mhz": link.frequency_mhz,
        "channel": link.channel,
        "band": link.band,
        "phy": link.phy,
        "tx_bitrate_mbps": None if link.rate_bps is None else link.rate_bps / 1e6,
    }


def _row(link: LinkFacts) -> dict[str, Any]:
    return {
        "name": link.name,
        "type": link.type,
        "wireless": link.type == "wifi",
        "up": link.up,
        "active": link.active,
        "speed_mbps": None if link.speed_bps is None else link.speed_bps / 1e6,
        "full_duplex": link.full_duplex,
        **_radio(link),
        **asdict(link.counters),
    }
