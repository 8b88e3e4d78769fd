"""Refresh and budget: what is bought in which fiscal year, for how much, and what has to wait."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row, to
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, listing, number, ranking
from homeroom_dashboards.queries import of_schools, per_school

_NOT_YET = "Nothing is due, or the plan is not worked out yet"
_COST, _WAITING = "homeroom_refresh_cost_dollars", "homeroom_refresh_waiting_dollars"
_DUE = "homeroom_refresh_due_devices"
_BUDGET = "homeroom_refresh_budget_dollars"
_DOLLARS = "currencyUSD"


def dashboard() -> Dashboard:
    """The plan, its money by year, and the E-rate budget."""
    built = frame(Uid.REFRESH, "Refresh and budget", "What to replace, in which year, at what cost.")
    row(built, "Plan", _plan())
    row(built, "Fiscal years", [*_years(), _budgets()])
    return row(built, "Schools and E-rate", [_schools(), _erate()])


def _plan() -> list[AnyPanel]:
    return [
        number(
            About(
                title="Planned",
                description="All purchases of the plan, at each year's prices.",
                missing=_NOT_YET,
                unit=_DOLLARS,
                span=8,
            ),
            f"sum({of_schools(_COST)})",
        ),
        number(
            About(
                title="Waiting",
                description="What is due and no year of the plan can pay for, at first-year prices.",
                missing="Nothing has to wait",
                unit=_DOLLARS,
                span=8,
            ),
            f"sum({of_schools(_WAITING)})",
        ),
        number(
            About(
                title="Purchases due",
                description="New devices, batteries and spares that are due within the plan.",
                missing=_NOT_YET,
                span=8,
            ),
            f"sum({of_schools(_DUE)})",
        ),
    ]


def _years() -> list[AnyPanel]:
    return [
        ranking(
            About(
                title="Due by fiscal year",
                description="Purchases by the year in which they are due.",
                missing=_NOT_YET,
                span=8,
            ),
            "FY{{fiscal_year}}",
            f"sum by (fiscal_year) ({of_schools(_DUE)})",
        ),
        ranking(
            About(
                title="Cost by fiscal year",
                description="What the plan spends in each year, under its caps.",
                missing=_NOT_YET,
                unit=_DOLLARS,
                span=8,
            ),
            "FY{{fiscal_year}}",
            f"sum by (fiscal_year) ({of_schools(_COST)})",
        ),
    ]


def _budgets() -> AnyPanel:
    spent = f"sum by (fiscal_year, fund) ({_COST})"
    columns = (
        Column(
            title="Budget", expression="max by (fiscal_year, fund) (homeroom_refresh_budget_dollars)", unit=_DOLLARS
        ),
        Column(title="Planned", expression=spent, unit=_DOLLARS),
    )
    about = About(
        title="Budget against plan",
        description="The whole district's. Network gear has a fund of its own; without a cap there is no budget.",
        missing=_NOT_YET,
        span=8,
    )
    return listing(about, Labels(titles={"fiscal_year": "Fiscal year", "fund": "Fund"}), columns)


def _schools() -> AnyPanel:
    columns = tuple(
        Column(title=title, expression=per_school(f"sum by (school) ({of_schools(metric)})"), unit=unit)
        for title, metric, unit in (
            ("Due", _DUE, "short"),
            ("Planned", _COST, _DOLLARS),
            ("Waiting", _WAITING, _DOLLARS),
        )
    )
    link = to(Uid.SCHOOL, "Open the school", school="school")
    about = About(
        title="Schools",
        description="The plan by school. A name leads to the school.",
        missing=_NOT_YET,
        span=12,
    )
    return listing(
        about, Labels(titles={"name": "School", "school": "Id"}, links={"name": link, "school": link}), columns
    )


def _erate() -> AnyPanel:
    budget, spent = "homeroom_erate_budget_dollars", "homeroom_erate_spent_dollars"
    columns = (
        Column(title="Budget", expression=f"sum by (cycle) ({budget})", unit=_DOLLARS),
        Column(title="Spent", expression=f"sum by (cycle) ({spent})", unit=_DOLLARS),
        Column(title="Left", expression=f"sum by (cycle) ({budget}) - sum by (cycle) ({spent})", unit=_DOLLARS),
    )
    about = About(
        title="E-rate Category Two",
        description="Budget of each cycle before the discount, and the known cost of what it bought. Until FY2020 each "
        "school had its own; here they are added up.",
        missing="No schools in the register",
        span=12,
    )
    return listing(about, Labels(titles={"cycle": "Cycle"}), columns)
