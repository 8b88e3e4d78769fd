"""What a source of incidents gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from homeroom_collector.rules.incident import Explained, Incident


@dataclass(frozen=True, slots=True)
class Look:
    """What a source sees now. ``complete``: what is not in it is not there; otherwise nothing follows from absence.

    ``explained`` were incidents, and are still there as effects of others.
    """

    source: str
    incidents: tuple[Incident, ...]
    complete: bool
    explained: tuple[Explained, ...] = ()


class IncidentSource(Protocol):
    """Asked in each round. May raise StoreUnavailableError; whatever else goes wrong makes a look incomplete."""

    async def look(self, now: float) -> Look:
        """What there is now."""
        ...
