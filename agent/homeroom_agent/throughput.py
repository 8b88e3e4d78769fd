"""How fast the way to the collector is, measured only when the collector plans it, within the bytes that it grants.

The collector spreads these so that a school's link never carries more than two at once; what it grants is used once,
and only while it lasts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from homeroom_agent.directives import Slot
from homeroom_agent.errors import TransportError
from homeroom_agent.transport import Transport

_log = logging.getLogger(__name__)

LONGEST_SECONDS = 10.0
"""Each direction ends after this, with what passed until then."""

_LEAST_BYTES = 50_000
_LEAST_SECONDS = 0.0001


def is_due(slot: Slot | None, used: str, now: float) -> bool:
    """Whether there is a grant, for now, and not used yet. ``used`` is the last one that was."""
    return slot is not None and slot.slot_id != used and slot.not_before <= now <= slot.not_after


def measured(transport: Transport, slot: Slot) -> dict[str, float]:
    """Bytes per second, by the names of the connectivity section. A direction that breaks is left out."""
    rates = {
        "download_bytes_per_second": _rate(
            lambda: transport.download(slot.slot_id, slot.max_bytes, seconds=LONGEST_SECONDS)
        ),
        "upload_bytes_per_second": _rate(
            lambda: transport.upload(slot.slot_id, slot.max_bytes, seconds=LONGEST_SECONDS)
        ),
    }
    return {name: rate for name, rate in rates.items() if rate is not None}


def _rate(transfer: Callable[[], tuple[int, float]]) -> float | None:
    """Too little passed, or too quickly, to say anything: None."""
    try:
        passed, seconds = transfer()
    except TransportError as error:
        _log.info("throughput was not measured: %s", error)
        return None
    return round(passed / seconds) if passed >= _LEAST_BYTES and seconds >= _LEAST_SECONDS else None
