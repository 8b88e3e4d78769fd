"""The gap report: how the district stood at a baseline, what the standard asks, and how it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeroom_collector.rules import rollup
from homeroom_collector.rules.rollup import Key, Tally
from homeroom_collector.rules.standards import DeviceVerdict

_KEY = ("school_id", "grade_band", "rule")


def snapshot(verdicts: Sequence[DeviceVerdict]) -> list[dict[str, Any]]:
    """Counts by school, grade band and rule, as they are kept."""
    return [
        dict(zip(_KEY, key, strict=True)) | {"passed": each.passed, "failed": each.failed, "unknown": each.unknown}
        for key, each in rollup.by_rule(verdicts).items()
    ]


def report(
    taken_at: float, baseline: Sequence[dict[str, Any]], verdicts: Sequence[DeviceVerdict]
) -> list[dict[str, Any]]:
    """One row for each school, grade band and rule that either has. A ratio is None where nothing could be judged."""
    before = {
        tuple(row[name] for name in _KEY): Tally(passed=row["passed"], failed=row["failed"], unknown=row["unknown"])
        for row in baseline
    }
    now = rollup.by_rule(verdicts)
    standards = _asked(verdicts)
    return [
        _row(key, taken_at, before.get(key, Tally()), standards.get(key, ""), now.get(key, Tally()))
        for key in sorted({*before, *now})
    ]


def _row(key: Key, taken_at: float, before: Tally, standard: str, now: Tally) -> dict[str, Any]:
    old, new = _rounded(before), _rounded(now)
    return dict(zip(_KEY, key, strict=True)) | {
        "baseline_at": taken_at,
        "baseline_pass_ratio": old,
        "standard": standard,
        "now_pass_ratio": new,
        "change": None if old is None or new is None else round(new - old, 4),
    }


def _rounded(tally: Tally) -> float | None:
    return None if tally.pass_ratio is None else round(tally.pass_ratio, 4)


def _asked(verdicts: Sequence[DeviceVerdict]) -> dict[Key, str]:
    """What each rule asks, in words; several where several standards ask."""
    found: dict[Key, dict[str, None]] = {}
    for each in verdicts:
        for reason in each.reasons:
            key = (each.asset.school_id, each.asset.grade_band, reason.rule)
            found.setdefault(key, {})[reason.required] = None
    return {key: " and ".join(words) for key, words in found.items()}
