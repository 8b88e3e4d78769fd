"""District overview: is everybody there, and which school needs a look."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row, to
from homeroom_dashboards.limits import ENOUGH, FEW_WANTED, NONE_WANTED, UPTIME
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, course, listing, number
from homeroom_dashboards.queries import computers, gear, of_schools, per_school

_NOBODY = "No computers reported yet"


def dashboard() -> Dashboard:
    """The whole district on one screen."""
    built = frame(
        Uid.DISTRICT, "District overview", "Attendance of the district's technology.", uses=("school", "grade_band")
    )
    row(built, "Now", _now())
    row(built, "Schools", [_schools()])
    return row(built, "Attendance", _attendance())


def _now() -> list[AnyPanel]:
    return [
        number(About(title="Computers", description="Computers of the register.", missing=_NOBODY), computers()),
        number(
            About(
                title="On campus",
                description="Share of the computers that report from a school's own network. Low at night and in July.",
                missing=_NOBODY,
                unit="percentunit",
            ),
            f"{computers('on_campus')} / {computers()}",
        ),
        number(
            About(
                title="Missing",
                description="Computers silent for more instructional days than presence.missing_days allows.",
                missing=_NOBODY,
                limits=FEW_WANTED,
            ),
            computers("missing"),
        ),
        number(
            About(
                title="Network gear down",
                description="Network devices that do not answer although the way to them is open.",
                missing="No network gear is polled",
                limits=NONE_WANTED,
            ),
            gear("down"),
        ),
        number(
            About(
                title="Network gear cut off",
                description="Network devices behind one that is down, so that nobody can say how they are.",
                missing="No network gear is polled",
                limits=FEW_WANTED,
            ),
            gear("unreachable"),
        ),
        number(
            About(
                title="Schools in session",
                description="Schools that have instruction at this moment by their calendars.",
                missing="No schools in the register",
            ),
            f"sum({of_schools('homeroom_school_in_session')})",
        ),
    ]


def _schools() -> AnyPanel:
    contracted = of_schools("homeroom_school_bandwidth_contracted_bytes_per_second")
    need = of_schools("homeroom_school_wan_need_bytes_per_second")
    up, gear_up = (of_schools("homeroom_school_uptime_ratio", f'class="{kind}"') for kind in ("computer", "network"))
    columns = (
        Column(title="Computers", expression=per_school(computers(by="school"))),
        Column(title="Missing", expression=per_school(computers("missing", by="school")), limits=FEW_WANTED),
        Column(title="Gear down", expression=per_school(gear("down", by="school")), limits=NONE_WANTED),
        Column(
            title="Computers up",
            expression=per_school(f"sum by (school) ({up})"),
            unit="percentunit",
        ),
        Column(
            title="Gear up",
            expression=per_school(f"sum by (school) ({gear_up})"),
            unit="percentunit",
            limits=UPTIME,
        ),
        Column(
            title="Bandwidth of need",
            expression=per_school(f"sum by (school) ({contracted} / {need})"),
            unit="percentunit",
            limits=ENOUGH,
        ),
    )
    link = to(Uid.SCHOOL, "Open the school", school="school")
    labels = Labels(titles={"name": "School", "school": "Id"}, links={"name": link, "school": link})
    about = About(
        title="Schools",
        description="Uptime is the share of the last four weeks' instruction, and appears with the first of it. "
        "Bandwidth is what the school pays for over what its students need. A name leads to the school.",
        missing="No schools in the register; see schools.file in collector.yml",
        span=24,
    )
    return listing(about, labels, columns)


def _attendance() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Computers by state",
                description="By each school's calendar: overdue after hours of school, missing after days of it.",
                missing=_NOBODY,
                span=12,
            ),
            {"{{state}}": computers(by="state")},
            stacked=True,
        ),
        course(
            About(
                title="Network gear by state",
                description="Unknown means that nobody has looked for a while.",
                missing="No network gear is polled",
                span=12,
            ),
            {"{{state}}": gear(by="state")},
            stacked=True,
        ),
    ]
