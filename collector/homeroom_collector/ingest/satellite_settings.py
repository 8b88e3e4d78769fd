"""The ``satellites`` section of the collector's configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SatellitesSettings:
    """How many devices the key of one satellite may bring in. When its silence matters is a rule (``rules.file``)."""

    most_targets: int = 1_000


def problems(settings: SatellitesSettings) -> list[str]:
    """What is out of bounds, with its dotted path."""
    return ["satellites.most_targets: must be at least 1"] if settings.most_targets < 1 else []
