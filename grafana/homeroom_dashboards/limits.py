"""Where a value turns from good to doubtful to bad. The values are those of the collector's own defaults.

Colours are Grafana's, which it adapts to light and dark; each is paired with a number or a word on the panel.
"""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsMode

Limits = Sequence[tuple[float | None, str]]

_GOOD, _DOUBTFUL, _BAD = "green", "orange", "red"

PLAIN: Limits = ((None, "blue"),)
NONE_WANTED: Limits = ((None, _GOOD), (1, _BAD))
FEW_WANTED: Limits = ((None, _GOOD), (1, _DOUBTFUL))
MUST_BE_ONE: Limits = ((None, _BAD), (1, _GOOD))
ENOUGH: Limits = MUST_BE_ONE
"""Of a share of what is needed: enough from 1, as ``rules/school_standards.py`` counts."""
UPTIME: Limits = ((None, _BAD), (0.95, _DOUBTFUL), (0.99, _GOOD))
BATTERY_HEALTH: Limits = ((None, _BAD), (0.6, _DOUBTFUL), (0.8, _GOOD))
"""0.6 is the floor in ``configs/standards.yml``; makers call 0.8 the end of a battery's rated life."""
DISK_WEAR: Limits = ((None, _GOOD), (0.7, _DOUBTFUL), (0.9, _BAD))
"""0.9 is the ceiling in ``configs/standards.yml``."""
FREE_SPACE: Limits = ((None, _BAD), (0.05, _DOUBTFUL), (0.15, _GOOD))
SUPPLY: Limits = ((None, _BAD), (0.05, _DOUBTFUL), (0.15, _GOOD))
CHARGE: Limits = ((None, _BAD), (0.3, _DOUBTFUL), (0.8, _GOOD))
UTILIZATION: Limits = ((None, _GOOD), (0.7, _DOUBTFUL), (0.9, _BAD))
SIGNAL: Limits = ((None, _BAD), (-75, _DOUBTFUL), (-67, _GOOD))


def thresholds(limits: Limits) -> ThresholdsConfig:
    """Limits as Grafana has them, in the unit of the value itself."""
    steps = [Threshold(value=value, color=color) for value, color in limits]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def steps(limits: Limits) -> dict[str, object]:
    """The same as a property of one column of a table."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in limits]}
