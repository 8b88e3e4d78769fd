"""Problems and response: what is wrong at which school, how long it takes to be seen and mended, and the help desk."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row, to
from homeroom_dashboards.limits import FEW_WANTED, MUST_BE_ONE, NONE_WANTED
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, course, listing, number, ranking
from homeroom_dashboards.queries import of_schools, per_school

_PROBLEMS = "homeroom_problems"
_URGENT = 'severity!="info"'
_WELL = "No problem is known at the chosen schools"
_NO_TIMES = "No problem was acknowledged or over in the last 30 days"
_NO_DESK = "No help desk is set up"


def dashboard() -> Dashboard:
    """Causes only: what a cause explains is no problem of its own and is not counted here."""
    built = frame(Uid.PROBLEMS, "Problems and response", "What is wrong, and how soon it is seen and mended.")
    row(built, "Now", _now())
    row(built, "Problems", _problems())
    row(built, "Response", _response())
    return row(built, "Help desk", _desk())


def _known(severity: str) -> str:
    """Problems of one severity; 0 where every school is well."""
    return f"sum({of_schools(_PROBLEMS, _of(severity))}) or vector(0)"


def _of(severity: str) -> str:
    return f'severity="{severity}"'


def _now() -> list[AnyPanel]:
    return [
        number(
            About(
                title="Critical",
                description="Problems that stop teaching or will soon.",
                missing=_WELL,
                limits=NONE_WANTED,
                span=6,
            ),
            _known("critical"),
        ),
        number(
            About(
                title="Warnings",
                description="Problems that want somebody this week.",
                missing=_WELL,
                limits=FEW_WANTED,
                span=6,
            ),
            _known("warning"),
        ),
        number(
            About(
                title="For information",
                description="Problems that open no ticket and stand in the digest only.",
                missing=_WELL,
                span=6,
            ),
            _known("info"),
        ),
        number(
            About(
                title="Schools with a problem",
                description="Schools that have a critical problem or a warning.",
                missing=_WELL,
                span=6,
            ),
            f"count(sum by (school) ({of_schools(_PROBLEMS, _URGENT)})) or vector(0)",
        ),
    ]


def _problems() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Problems by severity",
                description="Root causes that are open or recovering, over time.",
                missing=_WELL,
                span=12,
            ),
            {"{{severity}}": f"sum by (severity) ({of_schools(_PROBLEMS)})"},
            stacked=True,
        ),
        ranking(
            About(
                title="Problems by kind",
                description="What there is most of; each kind has a runbook in docs/runbooks.",
                missing=_WELL,
                span=12,
            ),
            "{{kind}}",
            f"sum by (kind) ({of_schools(_PROBLEMS)})",
        ),
    ]


def _response() -> list[AnyPanel]:
    link = to(Uid.SCHOOL, "Open the school", school="school")
    schools = listing(
        About(
            title="Schools",
            description="Problems without those for information, and mean times of the last 30 days.",
            missing="No school has a problem, and none had one in the last 30 days",
            span=12,
        ),
        Labels(titles={"name": "School", "school": "Id"}, links={"name": link, "school": link}),
        (
            Column(
                title="Problems",
                expression=per_school(f"sum by (school) ({of_schools(_PROBLEMS, _URGENT)})"),
                limits=FEW_WANTED,
            ),
            Column(title="Until seen", expression=_mean("acknowledge"), unit="s"),
            Column(title="Until mended", expression=_mean("repair"), unit="s"),
        ),
    )
    times = course(
        About(
            title="Mean times",
            description="Time until a problem was acknowledged, and until it was over; mean over the chosen schools.",
            missing=_NO_TIMES,
            unit="s",
            span=12,
        ),
        {
            "until seen": f"avg({of_schools('homeroom_problem_acknowledge_seconds')})",
            "until mended": f"avg({of_schools('homeroom_problem_repair_seconds')})",
        },
    )
    return [schools, times]


def _mean(what: str) -> str:
    return per_school(f"max by (school) ({of_schools(f'homeroom_problem_{what}_seconds')})")


def _desk() -> list[AnyPanel]:
    return [
        number(
            About(
                title="Help desk answers",
                description="Whether it did when it was last asked.",
                missing=_NO_DESK,
                limits=MUST_BE_ONE,
                span=4,
            ),
            "min(homeroom_ticket_desk_up)",
        ),
        number(
            About(
                title="Refused tickets",
                description="Tickets that the help desk refuses until somebody acts; homeroom tickets says why.",
                missing=_NO_DESK,
                limits=NONE_WANTED,
                span=4,
            ),
            "max(homeroom_tickets_stuck)",
        ),
        number(
            About(
                title="Waits for the help desk",
                description="How long the oldest thing waits that could not be done there.",
                missing=_NO_DESK,
                unit="s",
                limits=((None, "green"), (900, "orange"), (14_400, "red")),
                span=4,
            ),
            "max(homeroom_ticket_oldest_undone_seconds)",
        ),
        course(
            About(title="Tickets", description="Tickets by how far they are.", missing=_NO_DESK, span=6),
            {"{{phase}}": "max by (phase) (homeroom_tickets)"},
        ),
        course(
            About(
                title="Done and not done",
                description="What was done at the help desk in each hour, and what it did not take.",
                missing=_NO_DESK,
                span=6,
            ),
            {
                "{{action}}": "sum by (action) (increase(homeroom_ticket_actions_total[1h]))",
                "not done: {{kind}}": "sum by (kind) (increase(homeroom_ticket_failures_total[1h]))",
            },
        ),
    ]
