"""The gap report: how the district stood at a baseline, what the standard asks, and how it stands now.

A baseline keeps counts of devices by school, grade band and rule, and each school's own rules with what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from homeroom_collector.decisions.answers.standards import ANSWER, seen
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules import rollup
from homeroom_collector.rules.rollup import Key, Tally
from homeroom_collector.rules.standards import DeviceVerdict

Baseline = tuple[float, list[dict[str, Any]]]
"""When it was taken, Unix seconds, and its rows."""

_KEY = ("school_id", "grade_band", "rule")
_SCHOOL_BAND = ""
COLUMNS = (
    *_KEY, "baseline_at", "baseline_pass_ratio", "baseline_measured", "standard", "now_pass_ratio", "now_measured",
    "change",
)  # fmt: skip


def snapshot(board: Board, scope: Scope) -> list[dict[str, Any]]:
    """Counts by school, grade band and rule, as they are kept, and the schools' own rules."""
    counts = [
        dict(zip(_KEY, key, strict=True)) | {"passed": each.passed, "failed": each.failed, "unknown": each.unknown}
        for key, each in rollup.by_rule(seen(board, scope)).items()
    ]
    return counts + [
        {name: row[name] for name in ("school_id", "rule", "verdict", "measured")} for row in _schools(board, scope)
    ]


def _schools(board: Board, scope: Scope) -> list[dict[str, Any]]:
    return ANSWER.views["school-rule"].rows(board, scope)


def report(baseline: Baseline, board: Board, scope: Scope) -> list[dict[str, Any]]:
    """One row for each school, grade band and rule that either has. A ratio is None where nothing could be judged."""
    taken_at, kept = baseline
    mine = [row for row in kept if scope.sees(row["school_id"])]
    rows = [*_devices(mine, seen(board, scope)), *_of_schools(mine, _schools(board, scope))]
    return [dict.fromkeys(COLUMNS) | row | {"baseline_at": taken_at} for row in rows]


def _devices(kept: Iterable[dict[str, Any]], verdicts: Sequence[DeviceVerdict]) -> list[dict[str, Any]]:
    before = {
        tuple(row[name] for name in _KEY): Tally(passed=row["passed"], failed=row["failed"], unknown=row["unknown"])
        for row in kept
        if "passed" in row
    }
    now = rollup.by_rule(verdicts)
    standards = _asked(verdicts)
    return [
        _row(key, before.get(key, Tally()), standards.get(key, ""), now.get(key, Tally()))
        for key in sorted({*before, *now})
    ]


def _row(key: Key, before: Tally, standard: str, now: Tally) -> dict[str, Any]:
    old, new = _rounded(before), _rounded(now)
    return dict(zip(_KEY, key, strict=True)) | {
        "baseline_pass_ratio": old,
        "standard": standard,
        "now_pass_ratio": new,
        "change": None if old is None or new is None else round(new - old, 4),
    }


def _of_schools(kept: Iterable[dict[str, Any]], now: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a school was measured at, and is now; a rule that only the baseline has stays with what it said."""
    before = {(row["school_id"], row["rule"]): row for row in kept if "measured" in row}
    after = {(row["school_id"], row["rule"]): row for row in now}
    return [
        {
            "school_id": school_id,
            "grade_band": _SCHOOL_BAND,
            "rule": rule,
            "baseline_measured": _said(before.get((school_id, rule))),
            "standard": after.get((school_id, rule), {}).get("required", ""),
            "now_measured": _said(after.get((school_id, rule))),
        }
        for school_id, rule in sorted({*before, *after})
    ]


def _said(row: dict[str, Any] | None) -> str | None:
    return None if row is None else f"{row['measured']} ({row['verdict']})"


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
