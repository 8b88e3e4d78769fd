"""Who meets the district's minimum, by device, room, cart, school, grade band, model, rule or district."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from homeroom_collector.decisions.answers.row import Answer, Row, View, rounded
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules import rollup, school_standards
from homeroom_collector.rules.rollup import Key, Tally
from homeroom_collector.rules.standards import DeviceVerdict
from homeroom_collector.rules.verdict import Reason, Verdict

DEVICE = (
    "asset", "serial", "school_id", "room", "cart", "grade_band", "assignment", "model", "verdict", "failed", "unknown",
    "passed",
)  # fmt: skip
_COUNTS = ("verdict", "devices", "passed", "failed", "unknown", "pass_ratio")
SCHOOL = ("school_id", "name", "rule", "verdict", "measured", "required", "source")


def seen(board: Board, scope: Scope) -> list[DeviceVerdict]:
    """Verdicts of the devices of a scope."""
    return [each for each in board.verdicts if scope.sees(each.asset.school_id)]


def _devices(board: Board, scope: Scope) -> list[Row]:
    return [_device(each) for each in seen(board, scope)]


def _device(each: DeviceVerdict) -> Row:
    asset = each.asset
    return {
        "asset": asset.name,
        "serial": asset.serial,
        "school_id": asset.school_id,
        "room": asset.room,
        "cart": asset.cart,
        "grade_band": asset.grade_band,
        "assignment": asset.assignment,
        "model": asset.model,
        "verdict": each.verdict.value,
        "failed": _said(each.those(Verdict.FAIL)),
        "unknown": _said(each.those(Verdict.UNKNOWN)),
        "passed": _said(each.those(Verdict.PASS)),
    }


def _said(reasons: Sequence[Reason]) -> str:
    return "; ".join(f"{reason.rule} {reason.measured} ({reason.required})" for reason in reasons)


def _counted(tallies: Mapping[Key, Tally], names: tuple[str, ...]) -> list[Row]:
    return [
        {
            **dict(zip(names, key, strict=True)),
            "verdict": tally.verdict.value,
            "devices": tally.passed + tally.failed + tally.unknown,
            "passed": tally.passed,
            "failed": tally.failed,
            "unknown": tally.unknown,
            "pass_ratio": rounded(tally.pass_ratio),
        }
        for key, tally in tallies.items()
    ]


def _group(names: tuple[str, ...], key: Callable[[DeviceVerdict], Key]) -> View:
    def rows(board: Board, scope: Scope) -> list[Row]:
        return _counted(rollup.by(seen(board, scope), key), names)

    return View((*names, *_COUNTS), rows)


def _rules(board: Board, scope: Scope) -> list[Row]:
    return _counted(rollup.by_rule(seen(board, scope)), _RULE)


def _schools(board: Board, scope: Scope) -> list[Row]:
    return [
        {
            "school_id": school.school_id,
            "name": school.name,
            "rule": reason.rule,
            "verdict": reason.verdict.value,
            "measured": reason.measured,
            "required": reason.required,
            "source": reason.source,
        }
        for school, standing in zip(board.district.schools, board.standings, strict=True)
        if scope.sees(school.school_id)
        for reason in school_standards.judge(school, standing.devices, board.policies.minimum.school)
    ]


_RULE = ("school_id", "grade_band", "rule")
ANSWER = Answer(
    "standards",
    {
        "device": View(DEVICE, _devices),
        "room": _group(("school_id", "room"), lambda each: (each.asset.school_id, each.asset.room or "")),
        "cart": _group(("school_id", "cart"), lambda each: (each.asset.school_id, each.asset.cart or "")),
        "school": _group(("school_id",), lambda each: (each.asset.school_id,)),
        "grade-band": _group(("school_id", "grade_band"), lambda each: (each.asset.school_id, each.asset.grade_band)),
        "model": _group(("model",), lambda each: (each.asset.model or "",)),
        "district": _group((), lambda _: ()),
        "rule": View((*_RULE, *_COUNTS), _rules),
        "school-rule": View(SCHOOL, _schools),
    },
)
