"""Which schools can hold a state test today, for how many students at once, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable

from homeroom_collector.decisions.answers.row import Answer, Row, View
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules.readiness import Readiness
from homeroom_collector.rules.verdict import Verdict

SCHOOLS = ("school_id", "verdict", "testers", "at_once", "ready_devices", "failing_devices", "unknown_devices", "lacks")
PARTS = ("school_id", "rule", "verdict", "measured", "required", "source")
_LACKS = (Verdict.FAIL, Verdict.UNKNOWN)


def schools(found: Iterable[Readiness], scope: Scope) -> list[Row]:
    """One row a school."""
    return [_school(each) for each in found if scope.sees(each.means.school_id)]


def _school(each: Readiness) -> Row:
    means = each.means
    return {
        "school_id": means.school_id,
        "verdict": each.verdict.value,
        "testers": means.testers,
        "at_once": each.at_once,
        "ready_devices": means.ready,
        "failing_devices": means.failing,
        "unknown_devices": means.unknown,
        "lacks": "; ".join(f"{reason.rule}: {reason.measured}" for reason in each.reasons if reason.verdict in _LACKS),
    }


def parts(found: Iterable[Readiness], scope: Scope) -> list[Row]:
    """One row for each of the things a test needs, also where there is enough of it."""
    return [
        {
            "school_id": each.means.school_id,
            "rule": reason.rule,
            "verdict": reason.verdict.value,
            "measured": reason.measured,
            "required": reason.required,
            "source": reason.source,
        }
        for each in found
        if scope.sees(each.means.school_id)
        for reason in each.reasons
    ]


ANSWER = Answer(
    "readiness",
    {
        "school": View(SCHOOLS, lambda board, scope: schools(board.readiness(), scope)),
        "part": View(PARTS, lambda board, scope: parts(board.readiness(), scope)),
    },
)
