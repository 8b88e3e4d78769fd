"""The refresh plan: what is bought for whom in which fiscal year, why, and for how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from homeroom_collector.decisions.answers.row import Answer, Row, View
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.rules import money
from homeroom_collector.rules.refresh import DEVICES, Line, RefreshPlan

LINES = (
    "fiscal_year", "action", "school_id", "grade_band", "asset", "serial", "model", "cost", "due", "score", "reasons",
    "alternatives", "hand_down_to", "hand_down_for", "purchase_cost", "fund",
)  # fmt: skip
SCENARIOS = ("scenario", "fiscal_year", "fund", "budget", "purchases", "cost", "left", "earlier", "later")
WAITING = "waiting"


def lines(plan: RefreshPlan, scope: Scope, *, everything: bool = False) -> list[Row]:
    """One row a line: those that buy, or all, with devices that are kept, unknown or not in use."""
    return [_line(line) for line in _seen(plan, scope) if everything or line.buys]


def _seen(plan: RefreshPlan, scope: Scope) -> Iterable[Line]:
    return (line for line in plan.lines if scope.sees(line.asset.school_id))


def _line(line: Line) -> Row:
    asset = line.asset
    return {
        "fiscal_year": line.year,
        "action": line.action.value,
        "school_id": asset.school_id,
        "grade_band": asset.grade_band,
        "asset": asset.name,
        "serial": asset.serial,
        "model": asset.model,
        "cost": None if line.cents is None else money.dollars(line.cents),
        "due": line.due,
        "score": line.score,
        "reasons": "; ".join(line.reasons),
        "alternatives": "; ".join(map(str, line.alternatives)),
        "hand_down_to": line.hand_down_to,
        "hand_down_for": line.hand_down_for,
        "purchase_cost": None if asset.cost_cents is None else money.dollars(asset.cost_cents),
        "fund": line.fund,
    }


def _group(names: tuple[str, ...], key: Callable[[Line], tuple[str, ...]]) -> View:
    def rows(board: Board, scope: Scope) -> list[Row]:
        return _grouped(_seen(board.plan, scope), names, key)

    return View(("fiscal_year", *names, "purchases", "cost"), rows)


def _grouped(seen: Iterable[Line], names: tuple[str, ...], key: Callable[[Line], tuple[str, ...]]) -> list[Row]:
    sums: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for line in seen:
        if line.year is not None:
            sums[line.year, key(line)].append(line.cents or 0)
    return [
        {"fiscal_year": year, **dict(zip(names, group, strict=True))}
        | {"purchases": len(cents), "cost": money.dollars(sum(cents))}
        for (year, group), cents in sorted(sums.items())
    ]


def compared(plans: Sequence[tuple[str, RefreshPlan]]) -> list[Row]:
    """Plans side by side, year by year; those after the first also by how many purchases are earlier or later."""
    (_, base), *_ = plans
    return [row for name, plan in plans for row in _scenario(name, plan, base)]


def _scenario(name: str, found: RefreshPlan, base: RefreshPlan) -> list[Row]:
    rows: list[Row] = []
    for fund in sorted({line.fund for line in found.bought} | {DEVICES}):
        for year in found.horizon.all:
            bought = [line for line in found.bought if (line.fund, line.year) == (fund, year)]
            cap, cost = found.horizon.caps[fund][year], found.spent(fund, year)
            rows.append(
                dict.fromkeys(SCENARIOS)
                | {
                    "scenario": name,
                    "fiscal_year": year,
                    "fund": fund,
                    "budget": None if cap is None else money.dollars(cap),
                    "purchases": len(bought),
                    "cost": money.dollars(cost),
                    "left": None if cap is None else money.dollars(cap - cost),
                }
            )
    return [*rows, _waiting(name, found, base)]


def _waiting(name: str, found: RefreshPlan, base: RefreshPlan) -> Row:
    """What is due and not bought, at prices of the first year, and what moves against the first plan."""
    waiting = [line for line in found.lines if line.waits]
    earlier, later = _moves(base, found)
    return dict.fromkeys(SCENARIOS) | {
        "scenario": name,
        "fiscal_year": WAITING,
        "purchases": len(waiting),
        "cost": money.dollars(sum(line.cents or 0 for line in waiting)),
        "earlier": earlier,
        "later": later,
    }


def _moves(base: RefreshPlan, found: RefreshPlan) -> tuple[int, int]:
    before, after = _years(base), _years(found)
    both = before.keys() & after.keys()
    return sum(after[key] < before[key] for key in both), sum(after[key] > before[key] for key in both)


def _years(plan: RefreshPlan) -> dict[tuple[str, str, str], float]:
    """The year of each purchase that has a price; what waits comes after every year."""
    return {
        (line.asset.school_id, line.asset.name, line.action.value): line.year or float("inf")
        for line in plan.lines
        if line.buys and line.cents is not None
    }


ANSWER = Answer(
    "refresh",
    {
        "device": View(LINES, lambda board, scope: lines(board.plan, scope)),
        "year": _group((), lambda _: ()),
        "school": _group(("school_id",), lambda line: (line.asset.school_id,)),
        "model": _group(("model",), lambda line: (line.asset.model or "",)),
        "action": _group(("action",), lambda line: (line.action.value,)),
        "all": View(LINES, lambda board, scope: lines(board.plan, scope, everything=True)),
    },
)
