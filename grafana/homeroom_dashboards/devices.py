"""Device health: which computers wear out, run full, or crash."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row
from homeroom_dashboards.limits import BATTERY_HEALTH, DISK_WEAR, FEW_WANTED, FREE_SPACE, NONE_WANTED, SIGNAL
from homeroom_dashboards.panels import About, AnyPanel, Column, Labels, course, listing, number, ranking
from homeroom_dashboards.queries import CHOSEN_COMPUTERS, of_computers, of_schools

_NOBODY = "No computer said so yet"
_HALF_A_YEAR_SECONDS = 180 * 86400
_WORN_BATTERY_RATIO = 0.6


def dashboard() -> Dashboard:
    """The chosen computers; one alone is shown by choosing it, or by a link from its school."""
    built = frame(
        Uid.DEVICES,
        "Device health",
        "Batteries, disks, crashes and support of computers.",
        uses=("school", "grade_band", "device"),
    )
    row(built, "Now", _now())
    row(built, "What wears out", _wear())
    row(built, "What happens", _events())
    return row(built, "What they are", [_models()])


def _now() -> list[AnyPanel]:
    battery = of_schools("homeroom_device_battery_health_ratio")
    smart = of_schools("homeroom_device_disk_smart_passed")
    support = of_schools("homeroom_device_support_end_timestamp_seconds")
    shutdowns = of_schools("homeroom_device_unexpected_shutdowns_total")
    return [
        number(
            About(title="Computers", description="Computers that said what they are.", missing=_NOBODY, span=4),
            f"count({CHOSEN_COMPUTERS})",
        ),
        number(
            About(
                title="Worn batteries",
                description=f"Batteries under {_WORN_BATTERY_RATIO:.0%} of their capacity when new.",
                missing=_NOBODY,
                limits=FEW_WANTED,
                span=5,
            ),
            f"sum({of_computers(f'{battery} < bool {_WORN_BATTERY_RATIO}')})",
        ),
        number(
            About(
                title="Disks that fail",
                description="Disks whose own verdict (SMART) is bad.",
                missing=_NOBODY,
                limits=NONE_WANTED,
                span=5,
            ),
            f"sum({of_computers(f'1 - {smart}')})",
        ),
        number(
            About(
                title="Support ends soon",
                description="Computers without security updates half a year from now.",
                missing=_NOBODY,
                limits=FEW_WANTED,
                span=5,
            ),
            f"sum({of_computers(f'{support} - time() < bool {_HALF_A_YEAR_SECONDS}')})",
        ),
        number(
            About(
                title="Unexpected shutdowns",
                description="Boots in the chosen time that no clean shutdown preceded.",
                missing=_NOBODY,
                limits=FEW_WANTED,
                span=5,
            ),
            f"sum({of_computers(f'increase({shutdowns}[$__range])')})",
        ),
    ]


def _wear() -> list[AnyPanel]:
    free = " / ".join(of_schools(f"homeroom_device_filesystem_{part}_bytes") for part in ("free", "size"))
    return [
        ranking(
            About(
                title="Weakest batteries",
                description="Capacity now over capacity when new, the fifteen lowest.",
                missing=_NOBODY,
                unit="percentunit",
                limits=BATTERY_HEALTH,
                span=8,
            ),
            "{{device}} {{model}}",
            f"bottomk(15, {of_computers(of_schools('homeroom_device_battery_health_ratio'))})",
        ),
        ranking(
            About(
                title="Most worn disks",
                description="Share of the disk's rated life used, the fifteen highest; may pass 100 %.",
                missing=_NOBODY,
                unit="percentunit",
                limits=DISK_WEAR,
                span=8,
            ),
            "{{device}} {{model}}",
            f"topk(15, {of_computers(of_schools('homeroom_device_disk_wear_ratio'))})",
        ),
        ranking(
            About(
                title="Fullest file systems",
                description="Share that is free, the fifteen lowest.",
                missing=_NOBODY,
                unit="percentunit",
                limits=FREE_SPACE,
                span=8,
            ),
            "{{device}} {{mount}}",
            f"bottomk(15, {of_computers(free)})",
        ),
    ]


def _events() -> list[AnyPanel]:
    charge = of_computers(of_schools("homeroom_device_battery_charge_ratio"))
    busy = of_computers(of_schools("homeroom_device_cpu_usage_ratio"))
    return [
        course(
            About(
                title="Charge",
                description="Mean charge of the chosen computers that report.",
                missing="No battery reports at the moment",
                unit="percentunit",
                span=8,
            ),
            {"{{grade_band}}": f"avg by (grade_band) ({charge})"},
        ),
        course(
            About(
                title="Processor",
                description="Share of processor time in use: the mean, and the busiest computer.",
                missing="No computer reports at the moment",
                unit="percentunit",
                span=8,
            ),
            {"mean": f"avg({busy})", "busiest": f"max({busy})"},
        ),
        ranking(
            About(
                title="Weakest Wi-Fi",
                description="Signal of the link in use, the fifteen lowest; video calls want -67 dBm or better.",
                missing="No computer on Wi-Fi reports at the moment",
                unit="dBm",
                limits=SIGNAL,
                span=8,
            ),
            "{{device}}",
            f"bottomk(15, {of_computers(of_schools('homeroom_device_wifi_signal_dbm'))})",
        ),
    ]


def _models() -> AnyPanel:
    def by_model(function: str, metric: str) -> str:
        return f"{function} by (model) ({of_computers(of_schools(metric))})"

    columns = (
        Column(title="Computers", expression=f"count by (model) ({CHOSEN_COMPUTERS})"),
        Column(
            title="Battery health, mean",
            expression=by_model("avg", "homeroom_device_battery_health_ratio"),
            unit="percentunit",
            limits=BATTERY_HEALTH,
        ),
        Column(
            title="Disk wear, highest",
            expression=by_model("max", "homeroom_device_disk_wear_ratio"),
            unit="percentunit",
            limits=DISK_WEAR,
        ),
        Column(
            title="Unexpected shutdowns, mean",
            expression=by_model("avg", "homeroom_device_unexpected_shutdowns_total"),
        ),
    )
    about = About(
        title="Models",
        description="What a model is like in this district. Shutdowns count since the agents were installed.",
        missing=_NOBODY,
        span=24,
    )
    return listing(about, Labels(titles={"model": "Model"}), columns)
