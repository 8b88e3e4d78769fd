"""The table of network gear: does it answer, how many ports are up, and what else a technician would ask first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from homeroom_collector.fleet import Member, SchoolState
from homeroom_collector.fleet.software import model_of
from homeroom_collector.views.pages.devices import Found, matching, name_of
from homeroom_collector.views.pages.query import Page, Query, page
from homeroom_collector.views.pages.words import LOOKS, Look, Moment, duration, many, moment, percent

SIZE = 25
LOW_SUPPLY = 0.1
HIGH_LOAD = 0.8


@dataclass(frozen=True, slots=True)
class Highlight:
    """Something worth knowing of a device; ``alarming`` is also said in words."""

    text: str
    alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GearRow:
    """One network device of the table."""

    device_id: str
    name: str
    school: str
    school_id: str
    kind: str
    model: str
    look: Look
    uptime: str
    ports_up: int
    ports: int
    highlights: list[Highlight]
    last_poll: Moment | None


def listed(states: Iterable[SchoolState], query: Query, now: float) -> tuple[list[GearRow], Page]:
    """One page of the network gear that matches."""
    found = sorted(matching(states, query, "network"), key=_urgency)
    shown = page(query.gear, len(found), SIZE)
    return [_row(state, member, now) for state, member in found[shown.first : shown.end]], shown


def _urgency(found: Found) -> tuple[int, bool, str]:
    """What is down first, then what answers but complains, then by name."""
    state, member = found
    calm = not any(item.alarming for item in highlights(state, member))
    return LOOKS[member.state].rank, calm, name_of(member).casefold()


def _row(state: SchoolState, member: Member, now: float) -> GearRow:
    ports = [
        row["homeroom_interface_up"]
        for _, row in state.measured(member, "interface")
        if row.get("homeroom_interface_up") is not None
    ]
    uptime = _one(state, member, "target_system").get("homeroom_target_uptime_seconds")
    return GearRow(
        device_id=member.device.device_id,
        name=name_of(member),
        school=state.school.name,
        school_id=state.school.school_id,
        kind=(member.software.kind or "device").replace("_", " "),
        model=" ".join(filter(None, (member.software.manufacturer, model_of(member.device, member.software)))),
        look=LOOKS[member.state],
        uptime="" if uptime is None else duration(uptime),
        ports_up=sum(map(bool, ports)),
        ports=len(ports),
        highlights=list(highlights(state, member)),
        last_poll=moment(member.seen_at, now, state.calendar.rules.zone),
    )


def _one(state: SchoolState, member: Member, table: str) -> dict[str, float]:
    """The only row of a table without labels; empty where it was not measured."""
    rows = state.measured(member, table)
    return rows[0][1] if rows else {}


def highlights(state: SchoolState, member: Member) -> Iterator[Highlight]:
    """What to say of a device besides its ports, alarms first within each part."""
    yield from _ups(_one(state, member, "ups"))
    yield from _printer(state, member)
    for key, _ in state.measured(member, "sensor_status"):
        if key[1] in ("warning", "critical"):
            yield Highlight(f"sensor {key[0]}: {key[1]}", alarming=True)
    yield from _power(state, member)
    clients = _one(state, member, "wireless").get("homeroom_wireless_clients")
    if clients is not None:
        yield Highlight(many(int(clients), "Wi-Fi client"))


def _ups(ups: dict[str, float]) -> Iterator[Highlight]:
    if ups.get("homeroom_ups_on_battery"):
        left = ups.get("homeroom_ups_battery_runtime_seconds")
        yield Highlight("on battery" + (f", {duration(left)} left" if left is not None else ""), alarming=True)
    if ups.get("homeroom_ups_replace_battery"):
        yield Highlight("battery needs replacing", alarming=True)
    charge, load = ups.get("homeroom_ups_battery_charge_ratio"), ups.get("homeroom_ups_output_load_ratio")
    if charge is not None:
        yield Highlight(f"charge {percent(charge)}")
    if load is not None:
        yield Highlight(f"load {percent(load)}", alarming=load > HIGH_LOAD)


def _printer(state: SchoolState, member: Member) -> Iterator[Highlight]:
    for key, row in state.measured(member, "supply"):
        level = row.get("homeroom_printer_supply_level_ratio")
        if level is not None:
            alarming = level < LOW_SUPPLY
            yield Highlight(f"{key} {percent(level)}{' (low)' if alarming else ''}", alarming=alarming)
    pages = _one(state, member, "printer").get("homeroom_printer_pages_total")
    if pages is not None:
        yield Highlight(many(int(pages), "page"))


def _power(state: SchoolState, member: Member) -> Iterator[Highlight]:
    groups = [row for _, row in state.measured(member, "poe")]
    used = [row["homeroom_poe_used_watts"] for row in groups if "homeroom_poe_used_watts" in row]
    budget = [row["homeroom_poe_budget_watts"] for row in groups if "homeroom_poe_budget_watts" in row]
    if used and sum(budget):
        share = sum(used) / sum(budget)
        yield Highlight(f"PoE {sum(used):.0f} of {sum(budget):.0f} W", alarming=share > HIGH_LOAD)
