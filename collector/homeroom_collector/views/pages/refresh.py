"""``GET /refresh``: the plan, and what it would be with another budget; the form works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.decisions.answers import refresh as rows_of
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.errors import RefusedError
from homeroom_collector.rules.refresh import DEVICES, RefreshPlan
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.views.charts import bars
from homeroom_collector.views.pages import cells
from homeroom_collector.views.pages.answer_table import answer_table
from homeroom_collector.views.pages.answers import school_names
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.query import page_number

_MOST_DOLLARS = Decimal(1_000_000_000)
_COLUMNS = ("fiscal_year", "action", "school_id", "grade_band", "asset", "model", "cost", "reasons")


def routes(frame: Frame) -> list[web.RouteDef]:
    """Route of the plan."""

    async def refresh(request: web.Request) -> web.Response:
        """The refresh plan, and a what-if beside it."""
        reader, query = admitted(request), dict(request.query)
        budget = _budget(query.get("budget", ""))
        return await frame.show(
            request, "refresh.html", "refresh", partial(_plan, frame.board(), reader, query, budget)
        )

    return requires(role(*PEOPLE, schools="own"), web.get("/refresh", refresh))


def _budget(text: str) -> Decimal | None:
    """Dollars a year; None where nobody asked. Raises RefusedError 422."""
    text = text.strip().lstrip("$").replace(",", "")
    if not text:
        return None
    try:
        dollars = Decimal(text)
    except InvalidOperation:
        raise RefusedError(422, "the budget is not an amount of dollars; write for example 25000") from None
    if not (dollars.is_finite() and 0 <= dollars <= _MOST_DOLLARS):
        raise RefusedError(422, "the budget must be between 0 and 1,000,000,000 dollars")
    return dollars


def _plan(
    board: Board | None, reader: Admitted, query: Mapping[str, str], budget: Decimal | None, now: float
) -> dict[str, Any]:
    del now
    if board is None:
        return {"ready": False}
    scope = Scope(reader.schools)
    # Money of the whole district is for those who see the whole district.
    asked = budget if scope.whole else None
    plan = board.plan if asked is None else board.planned(with_budget(board.policies.refresh, asked))
    lines = rows_of.lines(plan, scope)
    return {
        "ready": True,
        "whole": scope.whole,
        "asked": asked,
        "most": _most(board),
        "chart": _chart(plan, scope),
        "compared": _compared(board, plan, asked) if scope.whole else [],
        "notes": plan.notes if scope.whole else (),
        "purchases": answer_table(lines, _COLUMNS, page_number(query.get("page", "")), school_names(board)),
    }


def with_budget(policy: RefreshPolicy, dollars: Decimal) -> RefreshPolicy:
    """The policy with the same budget for devices in every year, also where single years had their own."""
    return replace(policy, budget=dollars, budgets={})


def _most(board: Board) -> int:
    """Where the slider ends: what everything due would cost in one year, in round thousands of dollars."""
    cents = sum(line.cents or 0 for line in board.plan.lines if line.buys and line.fund == DEVICES)
    return max(1_000, -(-cents // 100_000) * 1_000)


def _chart(plan: RefreshPlan, scope: Scope) -> Any:
    """What devices cost against their budget; network gear is paid from another one."""
    sums = dict.fromkeys(plan.horizon.all, 0)
    for line in plan.bought:
        if line.year is not None and line.fund == DEVICES and scope.sees(line.asset.school_id):
            sums[line.year] += line.cents or 0
    caps = {plan.horizon.caps[DEVICES][year] for year in plan.horizon.all}
    cap = caps.pop() if len(caps) == 1 and scope.whole else None
    return bars(
        "Cost of devices by fiscal year",
        [(str(year), cents / 100) for year, cents in sums.items()],
        say=lambda dollars: f"${dollars:,.0f}",
        limit=None if cap is None else cap / 100,
    )


def _compared(board: Board, plan: RefreshPlan, asked: Decimal | None) -> list[dict[str, str]]:
    """The plan as it is, and as it would be, year by year."""
    plans = [("as it is", board.plan)] + ([] if asked is None else [(f"with ${asked:,.0f} a year", plan)])
    return [
        {
            name: cells.cell(name, row.get(name), {}).text
            for name in ("scenario", "fiscal_year", "budget", "purchases", "cost", "left", "earlier", "later")
        }
        for row in rows_of.compared(plans)
    ]
