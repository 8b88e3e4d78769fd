"""What letters say of themselves in the metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from homeroom_collector.letters.post import Outcome

_TOLD: tuple[Outcome, ...] = ("sent", "empty", "failed", "unknown")


class LetterMeasures:
    """Counters of this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._letters = Counter(
            "homeroom_letters_total", "Letters that were due, by what became of them.", ["result"], registry=registry
        )
        for outcome in _TOLD:
            self._letters.labels(outcome)

    def count(self, outcome: Outcome) -> None:
        """Something became of a letter; what is not ours to send is not counted."""
        if outcome in _TOLD:
            self._letters.labels(outcome).inc()
