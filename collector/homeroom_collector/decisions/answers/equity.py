"""How evenly schools are served: each school, its grade bands, and the gaps with their trend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from homeroom_collector.decisions.answers.row import Answer, Row, View
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules.equity import Standing
from homeroom_collector.rules.equity_gaps import Gap
from homeroom_collector.rules.trend import Past, before, trend

_DIGITS = 3
SCHOOLS = (
    "school_id", "students", "devices", "age_years", "pass_ratio", "devices_per_student", "mbps_per_student",
    "busy_mbps_per_student", "headroom_mbps_per_student", "gear_up_ratio", "repair_days", "home_adequate_ratio",
)  # fmt: skip
BANDS = (
    "school_id", "grade_band", "students", "devices", "age_years", "pass_ratio", "devices_per_student", "repair_days",
)  # fmt: skip
GAPS = (
    "measure", "schools", "worst", "best", "ratio", "month_before", "year_before", "trend", "worst_school", "remedy",
    "ratio_after",
)  # fmt: skip
_MONTH_DAYS, _YEAR_DAYS = 30, 365


def _shown(values: dict[str, Any], columns: Iterable[str]) -> Row:
    return {name: _short(values[name]) for name in columns}


def _short(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _standings(found: Iterable[Standing], columns: Iterable[str], scope: Scope) -> list[Row]:
    return [_shown(asdict(each), columns) for each in found if scope.sees(each.school_id)]


def _gaps(board: Board, scope: Scope) -> list[Row]:
    """Gaps compare schools with each other, and name the worst: the district's alone."""
    return [_gap(board, gap) for gap in board.gaps] if scope.whole else []


def _gap(board: Board, gap: Gap) -> Row:
    past = board.district.past_gaps
    month = before(past, gap.measure, board.today, _MONTH_DAYS)
    year = before(past, gap.measure, board.today, _YEAR_DAYS)
    then: Past | None = year or month
    return _shown(
        asdict(gap)
        | {
            "month_before": month and month.ratio,
            "year_before": year and year.ratio,
            "trend": None if then is None else trend(then.ratio, gap.ratio).value,
        },
        GAPS,
    )


ANSWER = Answer(
    "equity",
    {
        "schools": View(SCHOOLS, lambda board, scope: _standings(board.standings, SCHOOLS, scope)),
        "grade-bands": View(BANDS, lambda board, scope: _standings(board.band_standings, BANDS, scope)),
        "gaps": View(GAPS, _gaps),
    },
)
