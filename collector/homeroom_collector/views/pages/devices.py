"""The table of computers: found by name, serial number or model, those that deserve a look first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from homeroom_collector.fleet import Member, SchoolState
from homeroom_collector.fleet.software import model_of
from homeroom_collector.model import DeviceClass
from homeroom_collector.views.pages.query import Page, Query, page
from homeroom_collector.views.pages.words import LOOKS, Look, Moment, moment

SIZE = 25

Found = tuple[SchoolState, Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One computer of the table."""

    device_id: str
    name: str
    serial: str
    model: str
    school: str
    school_id: str
    grade_band: str
    look: Look
    last_report: Moment | None
    battery_health: float | None


def listed(
    states: Iterable[SchoolState], query: Query, now: float, serials: frozenset[str] = frozenset()
) -> tuple[list[DeviceRow], Page]:
    """One page of the computers that match. Those with one of ``serials``, in capitals, match too."""
    found = list(matching(states, query, "computer", serials))
    shown = page(query.devices, len(found), SIZE)
    return [_row(state, member, now) for state, member in _window(found, shown)], shown


def matching(
    states: Iterable[SchoolState], query: Query, device_class: DeviceClass, serials: frozenset[str] = frozenset()
) -> Iterator[Found]:
    """Devices of a class that contain the words asked for and are in the state asked for."""
    words = query.q.casefold().split()
    for state in states:
        for member in tuple(state.members.values()):
            if member.device.device_class != device_class or (query.state and member.state != query.state):
                continue
            if not words or (member.device.serial or "").upper() in serials or _contains(member, words):
                yield state, member


def _contains(member: Member, words: list[str]) -> bool:
    device = member.device
    parts = (device.name, device.serial, model_of(device, member.software), device.device_id, member.software.kind)
    text = "\n".join(part for part in parts if part).casefold()
    return all(word in text for word in words)


def _window(found: list[Found], shown: Page) -> list[Found]:
    """One page: those that deserve a look first, then by name. Only the ranks that the page shows are sorted."""
    ranks: dict[int, list[Found]] = {}
    for item in found:
        ranks.setdefault(LOOKS[item[1].state].rank, []).append(item)
    page_rows: list[Found] = []
    start = 0
    for _, group in sorted(ranks.items()):
        first, end = max(shown.first - start, 0), shown.end - start
        if end > 0 and first < len(group):
            page_rows += sorted(group, key=lambda item: name_of(item[1]).casefold())[first:end]
        start += len(group)
    return page_rows


def name_of(member: Member) -> str:
    """What people call a device: its name, else its serial number, else its id."""
    return member.device.name or member.device.serial or member.device.device_id


def _row(state: SchoolState, member: Member, now: float) -> DeviceRow:
    healths = [row.get("homeroom_device_battery_health_ratio") for _, row in state.measured(member, "battery")]
    return DeviceRow(
        device_id=member.device.device_id,
        name=name_of(member),
        serial=member.device.serial or "",
        model=model_of(member.device, member.software),
        school=state.school.name,
        school_id=state.school.school_id,
        grade_band=member.device.grade_band,
        look=LOOKS[member.state],
        last_report=moment(member.measured_at, now, state.calendar.rules.zone),
        battery_health=min((health for health in healths if health is not None), default=None),
    )
