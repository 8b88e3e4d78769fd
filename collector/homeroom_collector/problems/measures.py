"""Metrics of problems: how many are known, and how long they wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from homeroom_collector.rules.problem_state import Row, State
from homeroom_collector.store.problem_times import Waits


class ProblemMeasures(Collector):
    """Counts root problems that are open or recovering, when asked. Effects of others do not count."""

    def __init__(self, registry: CollectorRegistry, rows: Callable[[], Mapping[str, Row]]) -> None:
        self._rows = rows
        self.waits: Sequence[Waits] = ()
        self.look_seconds = Histogram(
            "homeroom_problem_look_seconds", "Time that one look at all problems took.", registry=registry
        )
        registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Give the families as they are now."""
        counts = Counter(
            (row.problem.school, row.problem.kind, row.problem.severity.value)
            for row in self._rows().values()
            if row.state in (State.OPEN, State.RECOVERING) and row.problem.cause is None
        )
        known = GaugeMetricFamily(
            "homeroom_problems", "Problems that are known and not the effect of another.",
            labels=("school", "kind", "severity"),
        )  # fmt: skip
        for labels, count in sorted(counts.items()):
            known.add_metric(labels, count)
        yield known
        yield self._mean("acknowledge", "Mean time until a problem was acknowledged, last 30 days.")
        yield self._mean("repair", "Mean time until a problem was over, last 30 days.")

    def _mean(self, what: str, text: str) -> Metric:
        family = GaugeMetricFamily(f"homeroom_problem_{what}_seconds", text, labels=("school",))
        for wait in self.waits:
            mean = getattr(wait, f"{what}_seconds")
            if mean is not None:
                family.add_metric((wait.school_id,), mean)
        return family
