"""Where the register, the management console and what is heard contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from homeroom_collector.decisions.answers.row import Answer, Row, View
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules.reconcile import Discrepancy

DEVICES = ("kind", "asset", "serial", "school_id", "room", "model", "register_says", "seen")
COUNTS = ("school_id", "kind", "devices")


def rows(found: Iterable[Discrepancy], scope: Scope) -> list[Row]:
    """One row a contradiction."""
    return [_row(each) for each in found if scope.sees(each.asset.school_id)]


def _row(each: Discrepancy) -> Row:
    asset = each.asset
    return {
        "kind": each.kind.value,
        "asset": asset.name,
        "serial": asset.serial,
        "school_id": asset.school_id,
        "room": asset.room,
        "model": asset.model,
        "register_says": each.register_says,
        "seen": each.seen,
    }


def _counts(board: Board, scope: Scope) -> list[Row]:
    counts = Counter((each.asset.school_id, each.kind.value) for each in board.discrepancies)
    return [
        {"school_id": school_id, "kind": kind, "devices": number}
        for (school_id, kind), number in sorted(counts.items())
        if scope.sees(school_id)
    ]


ANSWER = Answer(
    "reconcile",
    {
        "device": View(DEVICES, lambda board, scope: rows(board.discrepancies, scope)),
        "kind": View(COUNTS, _counts),
    },
)
