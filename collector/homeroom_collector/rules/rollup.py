"""Verdicts of many devices, counted by school, room, grade band or rule. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from homeroom_collector.rules.standards import DeviceVerdict
from homeroom_collector.rules.verdict import Verdict

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many passed, failed, or could not be judged."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def pass_ratio(self) -> float | None:
        """Passed among those that could be judged; None where none could."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None

    @property
    def verdict(self) -> Verdict:
        """A group passes as a whole only if every device of it does."""
        if self.failed:
            return Verdict.FAIL
        return Verdict.UNKNOWN if self.unknown or not self.passed else Verdict.PASS


def by(verdicts: Iterable[DeviceVerdict], key: Callable[[DeviceVerdict], Key]) -> dict[Key, Tally]:
    """Count devices by a key, in the order of the keys; exempt ones are not counted."""
    return _tallied((key(each), each.verdict) for each in verdicts)


def by_rule(verdicts: Iterable[DeviceVerdict]) -> dict[Key, Tally]:
    """Count devices by school, grade band and rule; a device that one of two standards fails has failed the rule."""
    return _tallied(
        ((each.asset.school_id, each.asset.grade_band, rule), worst)
        for each in verdicts
        for rule, worst in _worst(each).items()
    )


def _worst(each: DeviceVerdict) -> dict[str, Verdict]:
    order = (Verdict.EXEMPT, Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)
    found: dict[str, Verdict] = {}
    for reason in each.reasons:
        found[reason.rule] = max(found.get(reason.rule, Verdict.EXEMPT), reason.verdict, key=order.index)
    return found


def _tallied(pairs: Iterable[tuple[Key, Verdict]]) -> dict[Key, Tally]:
    counts = Counter(pair for pair in pairs if pair[1] is not Verdict.EXEMPT)
    keys = sorted({key for key, _ in counts})
    return {
        key: Tally(
            passed=counts[key, Verdict.PASS], failed=counts[key, Verdict.FAIL], unknown=counts[key, Verdict.UNKNOWN]
        )
        for key in keys
    }
