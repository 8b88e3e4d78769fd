"""macOS: ``system_profiler SPAirPortDataType``. Lists the networks in range; only the link's own figures are read."""

import re
from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers.network.link import LinkFacts, document
from homeroom_agent.parsers.system_profiler import Section, sections
from homeroom_agent.parsers.values import clean, number, whole

_CURRENT = "spairport_current_network_information"
_BANDS = {"2": "2.4 GHz", "5": "5 GHz", "6": "6 GHz"}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` or ``.plist`` capture."""
    report = sections(raw)
    found = links(report)
    has_report = "SPAirPortDataType" in report
    wireless = bool(found) if has_report else None
    return document(found) | {"wireless": wireless, "noise_dbm": noise_dbm(report)}


def links(report: dict[str, Section]) -> list[LinkFacts]:
    """Every Wi-Fi interface; the one for AirDrop (awdl0) is no link of its own."""
    interfaces = [
        interface
        for item in report.get("SPAirPortDataType", [])
        for interface in _list(item.get("spairport_airport_interfaces"))
        if not (clean(interface.get("_name"), 64) or "").startswith(("awdl", "llw", "ap"))
    ]
    return [_link(interface) for interface in interfaces]


def noise_dbm(report: dict[str, Section]) -> float | None:
    """Noise of the first connected interface."""
    for item in report.get("SPAirPortDataType", []):
        for interface in _list(item.get("spairport_airport_interfaces")):
            return _decibels(_current(interface))[1]
    return None


def _list(value: object) -> Section:
    return [item for item in value[:64] if isinstance(item, dict)] if isinstance(value, list) else []


def _current(interface: Mapping[str, Any]) -> Mapping[str, Any]:
    """The joined network; older systems hold it one level deeper, under the network's name."""
    current = interface.get(_CURRENT)
    if not isinstance(current, Mapping):
        return {}
    inner = [value for value in current.values() if isinstance(value, Mapping)]
    return inner[0] if inner and not any(str(key).startswith("spairport_") for key in current) else current


def _link(interface: Mapping[str, Any]) -> LinkFacts:
    current = _current(interface)
    channel, band = _channel(current.get("spairport_network_channel"))
    rate = number(current.get("spairport_network_rate"), 1, 100_000)
    status = clean(interface.get("spairport_status_information"), 60) or ""
    return LinkFacts(
        name=clean(interface.get("_name"), 64) or "wifi",
        type="wifi",
        up=bool(current)
        or {"connected": True, "off": False, "inactive": False, "disconnected": False}.get(_last(status)),
        channel=channel,
        band_name=band,
        phy=clean(current.get("spairport_network_phymode"), 20),
        signal_dbm=_decibels(current)[0],
        rate_bps=None if rate is None else int(rate * 1e6),
    )


def _last(status: str) -> str:
    return status.rpartition("_")[2]


def _decibels(current: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Signal and noise out of "-52 dBm / -90 dBm"; newer systems give them as two numbers."""
    words = clean(current.get("spairport_signal_noise"), 40) or ""
    found = [number(word, -120, -1) for word in re.findall(r"[-\u2212]?\d{1,3}", words.replace("\u2212", "-"))]
    signal, noise = ([*found, None, None])[:2]
    return signal, noise


def _channel(value: object) -> tuple[int | None, str | None]:
    """Channel and band of "44 (5GHz, 80MHz)", "6", "149,+1" or 36."""
    words = clean(str(value) if isinstance(value, int) else value, 40) or ""
    number_match = re.match(r"\d{1,3}", words)
    channel = whole(number_match[0], 1, 253) if number_match else None
    band_match = re.search(r"\b([256])(?:[.,]4)? ?GHz", words)
    if band_match:
        return channel, _BANDS[band_match[1]]
    # Without a name a channel up to 14 is of 2.4 GHz; systems that know 6 GHz always name the band.
    return channel, None if channel is None else "2.4 GHz" if channel <= 14 else "5 GHz"
