"""Linux: ``iw dev IF link`` and the old ``iwconfig``; the agent asks nl80211. Names and addresses are skipped."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.network.link import LinkFacts, document
from homeroom_agent.parsers.values import clean, number, share


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.iw.txt`` capture."""
    text = capture.text(raw)
    connected = re.search(r"Connected to \S+ \(on ([^)\n]+)\)", text)
    if connected is None and "Not connected" not in text:
        raise CaptureError("not iw's link output: it says neither Connected nor Not connected")
    return document(
        [
            LinkFacts(
                name=(clean(connected[1], 64) if connected else None) or "wifi",
                type="wifi",
                up=connected is not None,
                frequency_mhz=_whole(_first(r"freq: ([0-9.]+)", text)),
                signal_dbm=number(_first(r"signal: (-?[0-9]+) dBm", text), -120, -1),
                rate_bps=_bits(_first(r"tx bitrate: ([0-9.]+) MBit/s", text)),
            )
        ]
    )


def parse_iwconfig(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.iwconfig.txt`` capture."""
    text = capture.text(raw)
    blocks = [block for block in re.split(r"(?m)^(?=\S)", text) if "IEEE 802.11" in block]
    if not blocks and "no wireless extensions" not in text:
        raise CaptureError("not iwconfig's output: no interface speaks IEEE 802.11")
    quality = re.search(r"Link Quality[=:](\d{1,3})/(\d{1,3})", blocks[0]) if blocks else None
    ratio = share(float(quality[1]), float(quality[2])) if quality else None
    return document([_block(block) for block in blocks], wireless=bool(blocks), link_quality_ratio=ratio)


def _block(block: str) -> LinkFacts:
    gigahertz = number(_first(r"Frequency[:=]([0-9.]+) GHz", block), 1, 10)
    return LinkFacts(
        name=clean(block.split()[0], 64) or "wifi",
        type="wifi",
        up="Access Point: Not-Associated" not in block and gigahertz is not None,
        frequency_mhz=None if gigahertz is None else round(gigahertz * 1000),
        signal_dbm=number(_first(r"Signal level[=:](-[0-9]+) dBm", block), -120, -1),
        rate_bps=_bits(_first(r"Bit Rate[=:]([0-9.]+) Mb/s", block)),
    )


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match[1] if match else None


def _whole(word: str | None) -> int | None:
    amount = number(word, 1, 100_000)
    return None if amount is None else round(amount)


def _bits(megabits: str | None) -> int | None:
    amount = number(megabits, 0.1, 100_000)
    return None if amount is None else round(amount * 1e6)
