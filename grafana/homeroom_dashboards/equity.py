"""Standards and equity: who meets the district's minimum, which school is behind, and whether the gap narrows."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row, to
from homeroom_dashboards.limits import FEW_WANTED
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, course, listing, number, ranking
from homeroom_dashboards.queries import of_schools, per_school

_NOT_YET = "No devices to judge, or not worked out yet"
_BAND = 'grade_band=~"$grade_band"'
_DEVICES, _RATIO = "homeroom_standard_devices", "homeroom_standard_pass_ratio"


def dashboard() -> Dashboard:
    """The minimum, the schools side by side, and the gaps between them."""
    built = frame(Uid.EQUITY, "Standards and equity", "Who has what, and who is behind.", uses=("school", "grade_band"))
    row(built, "Now", _now())
    row(built, "Rules and gaps", _courses())
    return row(built, "Schools", [_schools(), _rules(), _kinds()])


def _judged(verdicts: str, *, by: str = "") -> str:
    """Devices with one of some verdicts; 0 where there are others only."""
    chosen = of_schools(_DEVICES, _BAND, f'verdict=~"{verdicts}"')
    wanted = f"{chosen} or {of_schools(_DEVICES, _BAND)} * 0"
    return f"sum by ({by}) ({wanted})" if by else f"sum({wanted})"


def _now() -> list[AnyPanel]:
    return [
        number(
            About(
                title="Meet the minimum",
                description="Share of devices that pass, of those that can be judged.",
                missing=_NOT_YET,
                unit="percentunit",
                span=6,
            ),
            f"{_judged('pass')} / ({_judged('pass|fail')} > 0)",
        ),
        number(
            About(
                title="Not known",
                description="Devices of which something a rule asks for was never measured.",
                missing=_NOT_YET,
                span=6,
            ),
            _judged("unknown"),
        ),
        number(
            About(
                title="Schools ready for a test",
                description="Share of schools whose students could all test at once, of those that can be judged.",
                missing="No school can be judged",
                unit="percentunit",
                span=6,
            ),
            f"avg({of_schools('homeroom_readiness_pass')})",
        ),
        number(
            About(
                title="Contradictions",
                description="Devices that the register and what is seen disagree about.",
                missing="Register and reality agree",
                limits=FEW_WANTED,
                span=6,
            ),
            f"sum({of_schools('homeroom_reconcile_devices')})",
        ),
    ]


def _courses() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Rules",
                description="Mean over schools and grade bands of the share that passes each rule.",
                missing=_NOT_YET,
                unit="percentunit",
                span=12,
            ),
            {"{{rule}}": f"avg by (rule) ({of_schools(_RATIO, _BAND)})"},
        ),
        course(
            About(
                title="Evenness between schools",
                description="Worst quartile of schools over the best: 1 is even. Of "
                "the whole district, whatever is chosen above.",
                missing="Fewer than two schools can be compared",
                unit="percentunit",
                span=12,
            ),
            {"{{measure}}": "max by (measure) (homeroom_equity_ratio)"},
        ),
    ]


def _schools() -> AnyPanel:
    measures = (
        ("Devices per student", "homeroom_student_devices_ratio", "short"),
        ("Could test at once", "homeroom_readiness_capacity_students", "short"),
        ("Bandwidth left", "homeroom_school_wan_headroom_bytes_per_second", "Bps"),
        ("Time to repair", "homeroom_school_repair_seconds", "s"),
        ("Adequate at home", "homeroom_school_home_adequate_ratio", "percentunit"),
    )
    passed, judged = _judged("pass", by="school"), _judged("pass|fail", by="school")
    columns = (
        Column(title="Meet the minimum", expression=per_school(f"{passed} / ({judged} > 0)"), unit="percentunit"),
        *(
            Column(title=title, expression=per_school(f"max by (school) ({of_schools(metric)})"), unit=unit)
            for title, metric, unit in measures
        ),
    )
    link = to(Uid.SCHOOL, "Open the school", school="school")
    about = About(
        title="Schools",
        description="Side by side. What was measured at homes is told of ten devices or more only.",
        missing=_NOT_YET,
        span=24,
    )
    return listing(
        about, Labels(titles={"name": "School", "school": "Id"}, links={"name": link, "school": link}), columns
    )


def _rules() -> AnyPanel:
    about = About(
        title="Rules that are missed",
        description="Rules that not every device of a school's grade band meets, and the share that does.",
        missing="Every device that can be judged meets every rule",
        unit="percentunit",
        span=14,
    )
    missed = f"max by (school, grade_band, rule) ({of_schools(_RATIO, _BAND)} < 1)"
    labels = Labels(titles={"school": "School", "grade_band": "Grade band", "rule": "Rule"})
    return listing(about, labels, (Column(title="Pass", expression=missed, unit="percentunit"),))


def _kinds() -> AnyPanel:
    return ranking(
        About(
            title="Contradictions by kind",
            description="What they are, and what to do, is in docs/standards.md.",
            missing="Register and reality agree",
            span=10,
        ),
        "{{kind}}",
        f"sum by (kind) ({of_schools('homeroom_reconcile_devices')})",
    )
