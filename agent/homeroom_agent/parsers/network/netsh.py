"""Windows: ``netsh wlan show interfaces``, in the language of the system.

Windows 11 24H2 refuses it without location permission, which is unknown, not disconnected. The agent does not run it:
every call lights the location symbol.
"""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import number, share, whole

_LINE = re.compile(r"\s+(\S.*?)\s*:\s(.*)")
_BAND = re.compile(r"(2[.,]4|5|6)\s?GHz")
_DENIED = re.compile(r"ms-settings:privacy-location|WlanQueryInterface\D{1,40}5\b")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.netsh.txt`` capture, by the shape of the values: their names are translated."""
    text = capture.text(raw)
    if _DENIED.search(text):
        return {"wireless": True, "connected": None, "signal_ratio": None}
    values = [match[2].strip() for line in text.splitlines() if (match := _LINE.fullmatch(line))]
    if not values:
        raise CaptureError("not netsh's output: it has no name and value")
    phy = next((value for value in values if re.fullmatch(r"802\.11[a-z]{1,3}", value)), None)
    signal = next((number(value[:-1], 0, 100) for value in values if re.fullmatch(r"\d{1,3}\s?%", value)), None)
    channel, rates = _after(values, phy)
    return {
        "wireless": True,
        # A radio type and a signal are only shown of a link that stands; the state's word is translated.
        "connected": signal is not None,
        "signal_ratio": share(signal, 100),
        "rx_mbps": rates[0] if rates else None,
        "tx_mbps": rates[1] if len(rates) > 1 else None,
        "channel": channel,
        "band": next(
            (f"{match[1].replace(',', '.')} GHz" for value in values if (match := _BAND.fullmatch(value))), None
        ),
        "phy": phy,
    }


def _after(values: list[str], phy: str | None) -> tuple[int | None, list[float]]:
    """Channel, receive and transmit rate: the plain numbers after the radio type, in this order in every language."""
    start = values.index(phy) if phy in values else len(values)
    plain = [value for value in values[start:] if re.fullmatch(r"\d{1,5}([.,]\d{1,2})?", value)]
    rates = [rate for value in plain[1:3] if (rate := number(value.replace(",", "."), 0)) is not None]
    return (whole(plain[0], 1, 253) if plain else None), rates
