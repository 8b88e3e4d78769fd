"""``homeroom equity``: how evenly schools are served, and what would narrow the widest gap."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from homeroom_collector.cli.decisions import add_today, known, today_of
from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, wait_for
from homeroom_collector.decisions import standards_settings
from homeroom_collector.rules import equity
from homeroom_collector.rules.equity import Gap, Standing
from homeroom_collector.rules.standards import judge

NAME = "equity"
HELP = "compare schools by age and fitness of devices, and by devices and bandwidth for each student"

_SCHOOLS = (
    "school_id", "students", "devices", "age_years", "pass_ratio", "devices_per_student", "mbps_per_student",
    "home_adequate_ratio",
)  # fmt: skip
_BANDS = ("school_id", "grade_band", "devices", "age_years", "pass_ratio")
_GAPS = ("measure", "schools", "worst", "best", "ratio", "worst_school", "remedy", "ratio_after")
# The FCC's benchmark of 2015 for fixed broadband, which video lessons and homework need; the one of 2024 is 100 Mbps.
_HOME_MBPS = 25.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    add_today(parser)
    parser.add_argument(
        "what", nargs="?", choices=("schools", "grade-bands", "gaps"), default="schools",
        help="each school, its grade bands, or worst against best quartile (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--home-mbps", type=float, default=_HOME_MBPS, metavar="N",
        help="what counts as an adequate connection away from school (default: %(default)s)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print the comparison."""
    settings = settings_of(options)
    minimum = standards_settings.load(settings.decisions.standards)
    today = today_of(settings, options)
    district = wait_for(known(settings, today))
    judged = [judge(each.asset, each.measured, minimum.standards, today) for each in district.devices]
    if options.what == "grade-bands":
        show(_rows(equity.by_grade_band(district.schools, judged, today)), _BANDS, options.format)
        return 0
    standings = equity.by_school(district.schools, judged, today, home_bps=options.home_mbps * 1e6)
    if options.what == "gaps":
        show(_rows(equity.gaps(standings)), _GAPS, options.format)
    else:
        show(_rows(standings), _SCHOOLS, options.format)
    return 0


def _rows(found: Sequence[Standing] | Sequence[Gap]) -> list[dict[str, Any]]:
    return [
        {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(each).items()}
        for each in found
    ]
