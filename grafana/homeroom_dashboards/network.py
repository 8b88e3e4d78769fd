"""Network and WAN: lines against need, ports, power, printers."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row
from homeroom_dashboards.limits import CHARGE, ENOUGH, FEW_WANTED, NONE_WANTED, PLAIN, SUPPLY, UTILIZATION, Limits
from homeroom_dashboards.panels import About, AnyPanel, course, number, ranking
from homeroom_dashboards.queries import gear, of_schools, per_school

_NO_GEAR = "No network gear is polled"
_NO_LINE = "No outside port is known, or no bandwidth in schools.csv"
_CONTRACTED = of_schools("homeroom_school_bandwidth_contracted_bytes_per_second")
_PORT = "{{device}} {{interface}}"


def dashboard() -> Dashboard:
    """The network of the chosen schools, from the line outside to the supplies of a printer."""
    built = frame(Uid.NETWORK, "Network and WAN", "Lines, ports, power and printers.")
    row(built, "Now", _now())
    row(built, "Lines to the outside", _lines())
    row(built, "Ports", _ports())
    return row(built, "Power and printers", _power())


def _now() -> list[AnyPanel]:
    def state(title: str, description: str, limits: Limits, *states: str) -> AnyPanel:
        return number(About(title=title, description=description, missing=_NO_GEAR, limits=limits), gear(*states))

    restarts = f"sum(increase({of_schools('homeroom_target_restarts_total')}[$__range]))"
    return [
        state("Network devices", "All that are in the register.", PLAIN),
        state("Up", "Answered the latest poll.", PLAIN, "up"),
        state("Down", "Do not answer although the way to them is open.", NONE_WANTED, "down"),
        state("Cut off", "Behind a device that is down.", FEW_WANTED, "unreachable"),
        state("Unknown", "Nobody has looked for a while.", FEW_WANTED, "unknown"),
        number(
            About(
                title="Restarts",
                description="Restarts seen in the chosen time.",
                missing=_NO_GEAR,
                limits=FEW_WANTED,
            ),
            restarts,
        ),
    ]


def _lines() -> list[AnyPanel]:
    received, sent = (of_schools(f"homeroom_school_wan_{way}_bytes_per_second") for way in ("receive", "transmit"))
    busy = f"max by (school) ({of_schools('homeroom_school_wan_p95_bytes_per_second')})"
    return [
        course(
            About(
                title="Traffic of the lines",
                description="What comes in and goes out over the outside ports of each school.",
                missing=_NO_LINE,
                unit="Bps",
                span=24,
            ),
            {"{{school}} in": received, "{{school}} out": sent},
        ),
        ranking(
            About(
                title="Line in use now",
                description="The busier direction as a share of the contracted bandwidth.",
                missing=_NO_LINE,
                unit="percentunit",
                limits=UTILIZATION,
                span=8,
            ),
            "{{name}}",
            per_school(f"({received} > {sent} or {sent}) / {_CONTRACTED}"),
        ),
        ranking(
            About(
                title="Line in use, 95th percentile",
                description="Of five-minute means in the last month's instruction, as a share of the contract.",
                missing="Appears after an hour of instruction",
                unit="percentunit",
                limits=UTILIZATION,
                span=8,
            ),
            "{{name}}",
            per_school(f"{busy} / on (school) {_CONTRACTED}"),
        ),
        ranking(
            About(
                title="Contracted bandwidth of need",
                description="Need is enrolment times bandwidth.megabits_per_student, 1 by default (FCC 14-99).",
                missing="No bandwidth or no enrolment in schools.csv",
                unit="percentunit",
                limits=ENOUGH,
                span=8,
            ),
            "{{name}}",
            per_school(f"{_CONTRACTED} / {of_schools('homeroom_school_wan_need_bytes_per_second')}"),
        ),
    ]


def _ports() -> list[AnyPanel]:
    return [
        _worst_ports("Busiest ports, receiving", "Share of the port's speed.", _used("receive"), "percentunit"),
        _worst_ports("Busiest ports, sending", "Share of the port's speed.", _used("transmit"), "percentunit"),
        _worst_ports(
            "Errors", "Damaged packets in and out: a cable, a plug or a duplex setting.", _rate("errors"), "pps"
        ),
        _worst_ports(
            "Discards", "Good packets dropped in and out: usually a port that is too small.", _rate("discards"), "pps"
        ),
    ]


def _worst_ports(title: str, description: str, expression: str, unit: str) -> AnyPanel:
    limits = UTILIZATION if unit == "percentunit" else PLAIN
    about = About(
        title=title,
        description=f"The ten foremost ports. {description}",
        missing="No port of the polled gear says so",
        unit=unit,
        limits=limits,
        span=12,
    )
    return course(about, {_PORT: f"topk(10, {expression})"})


def _used(way: str) -> str:
    return of_schools(f"homeroom_interface_{way}_utilization_ratio")


def _rate(kind: str) -> str:
    ways = (
        f"rate({of_schools(f'homeroom_interface_{way}_{kind}_total')}[$__rate_interval])"
        for way in ("receive", "transmit")
    )
    return " + ".join(ways)


def _power() -> list[AnyPanel]:
    no_ups = "No UPS is polled"
    return [
        ranking(
            About(
                title="UPS charge",
                description="Charge of each uninterruptible power supply.",
                missing=no_ups,
                unit="percentunit",
                limits=CHARGE,
                span=6,
            ),
            "{{device}}",
            of_schools("homeroom_ups_battery_charge_ratio"),
        ),
        ranking(
            About(
                title="UPS time left",
                description="How long each would last at the present load.",
                missing=no_ups,
                unit="s",
                limits=((None, "red"), (300, "orange"), (600, "green")),
                span=6,
            ),
            "{{device}}",
            of_schools("homeroom_ups_battery_runtime_seconds"),
        ),
        number(
            About(
                title="On battery",
                description="UPSes without mains power.",
                missing=no_ups,
                limits=NONE_WANTED,
                span=4,
            ),
            f"sum({of_schools('homeroom_ups_on_battery')})",
        ),
        ranking(
            About(
                title="Printer supplies",
                description="The twenty emptiest supplies; of a waste container the room that is left.",
                missing="No printer is polled",
                unit="percentunit",
                limits=SUPPLY,
                span=8,
            ),
            "{{device}} {{supply}}",
            f"bottomk(20, {of_schools('homeroom_printer_supply_level_ratio')})",
        ),
    ]
