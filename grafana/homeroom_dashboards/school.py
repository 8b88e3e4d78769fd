"""School: everything of one school, and the way to its single devices."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row, to
from homeroom_dashboards.limits import BATTERY_HEALTH, ENOUGH, FEW_WANTED, MUST_BE_ONE
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, course, listing, number
from homeroom_dashboards.queries import by_computer, computers, of_computers, of_schools

_NOBODY = "No computers of this school reported yet"


def dashboard() -> Dashboard:
    """One school, or several chosen together."""
    built = frame(
        Uid.SCHOOL, "School", "One school: attendance, line, devices.", uses=("school", "grade_band", "device")
    )
    row(built, "Now", _now())
    row(built, "Courses", _courses())
    return row(built, "Devices", [_computers(), _gear()])


def _now() -> list[AnyPanel]:
    up = of_schools("homeroom_school_uptime_ratio", 'class="computer"')
    students = f"sum({of_schools('homeroom_school_enrollment_students')})"
    return [
        number(
            About(title="Students", description="Enrolment by the register.", missing="No enrolment in schools.csv"),
            students,
        ),
        number(
            About(
                title="Computers per student",
                description="Computers over enrolment; choose all grade bands for it to mean something.",
                missing="No computers, or no enrolment in schools.csv",
            ),
            f"{computers()} / {students}",
        ),
        number(
            About(
                title="Overdue",
                description="Silent for more instructional hours than presence.overdue_hours, not yet missing.",
                missing=_NOBODY,
                limits=FEW_WANTED,
            ),
            computers("overdue"),
        ),
        number(
            About(
                title="Missing",
                description="Computers silent for more instructional days than presence.missing_days.",
                missing=_NOBODY,
                limits=FEW_WANTED,
            ),
            computers("missing"),
        ),
        number(
            About(
                title="Computers up",
                description="Share of the last four weeks' instruction; the mean where several schools are chosen.",
                missing="Appears with the first instruction",
                unit="percentunit",
            ),
            f"avg({up})",
        ),
        number(
            About(
                title="Bandwidth of need",
                description="Contracted bandwidth as a share of what the students need; from 100 % it is enough.",
                missing="No bandwidth or no enrolment in schools.csv",
                unit="percentunit",
                limits=ENOUGH,
            ),
            f"sum({of_schools('homeroom_school_bandwidth_contracted_bytes_per_second')})"
            f" / sum({of_schools('homeroom_school_wan_need_bytes_per_second')})",
        ),
    ]


def _courses() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Computers by state", description="Attendance by the school's calendar.", missing=_NOBODY, span=12
            ),
            {"{{state}}": computers(by="state")},
            stacked=True,
        ),
        course(
            About(
                title="Memory in use",
                description="The middle and the fullest twentieth of the computers that report now.",
                missing="No computer reports at the moment",
                unit="percentunit",
                span=12,
            ),
            {
                "half are below": f"quantile(0.5, {_memory()})",
                "all but a twentieth are below": f"quantile(0.95, {_memory()})",
            },
        ),
    ]


def _memory() -> str:
    available, total = (of_schools(f"homeroom_device_memory_{part}_bytes") for part in ("available", "total"))
    return of_computers(f"1 - {available} / {total}")


def _computers() -> AnyPanel:
    columns = (
        Column(
            title="Last report",
            expression=by_computer(f"{of_schools('homeroom_device_last_report_timestamp_seconds')} * 1000"),
            unit="dateTimeFromNow",
        ),
        Column(
            title="Battery health",
            expression=by_computer(f"min by (school, device) ({of_schools('homeroom_device_battery_health_ratio')})"),
            unit="percentunit",
            limits=BATTERY_HEALTH,
        ),
        Column(title="Boot", expression=by_computer(of_schools("homeroom_device_uptime_seconds")), unit="s"),
    )
    titles = {"device": "Device", "model": "Model", "grade_band": "Grade band", "school": "School"}
    about = About(
        title="Computers",
        description="Boot is the time since the last one. A device's name leads to its health.",
        missing=_NOBODY,
        span=14,
    )
    return listing(about, Labels(titles=titles, links={"device": to(Uid.DEVICES, "Open", device="device")}), columns)


def _gear() -> AnyPanel:
    up = "max by (school, device, kind) ({})".format(of_schools("homeroom_target_up"))
    about = About(
        title="Network gear",
        description="1 if the latest poll was answered. A device's name leads to the school's network.",
        missing="No network gear is polled at this school",
        span=10,
    )
    link = to(Uid.NETWORK, "Open the network", school="school")
    labels = Labels(titles={"device": "Device", "kind": "Kind", "school": "School"}, links={"device": link})
    return listing(about, labels, (Column(title="Answers", expression=up, limits=MUST_BE_ONE),))
