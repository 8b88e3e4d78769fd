"""The whole fleet: schools, devices and the latest report of each. Synchronous and cheap, for the event loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC

from homeroom_agent.report import NetworkGear, Report
from homeroom_collector.fleet.ageing import Freshness, age, silence
from homeroom_collector.fleet.attendance import review, sign_of_life
from homeroom_collector.fleet.bandwidth import note_traffic
from homeroom_collector.fleet.labels import Shared, SharedTexts, pair
from homeroom_collector.fleet.layouts import Layouts
from homeroom_collector.fleet.member import PLACE, Member
from homeroom_collector.fleet.network import Network, outline
from homeroom_collector.fleet.register import GEAR_PARENT
from homeroom_collector.fleet.school import SchoolState
from homeroom_collector.fleet.sheets import CONSOLE, Heard, Remark, Sheet
from homeroom_collector.fleet.software import Software, computer_labels, gear_labels, merged
from homeroom_collector.model import Device, Presence, School
from homeroom_collector.rules.bandwidth import BandwidthPolicy, needed_bps
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.rules.presence import Cutoffs, PresencePolicy, cutoffs

_log = logging.getLogger(__name__)
_NOTHING = Software()

OnReport = Callable[[Member, SchoolCalendar, Report, float], None]
"""Hears of each report once it is taken in: of which device, at which school, when it was measured."""


class Fleet:
    """Latest state of every device. ``version`` grows with every change that a view could show.

    ``network`` is the drawing of the cabling in use; ``network_changed`` says that gear has told otherwise since.
    ``on_report`` hears of each report after it was taken in.
    """

    def __init__(
        self,
        freshness: Freshness | None = None,
        policy: PresencePolicy | None = None,
        calendars: CalendarBook | None = None,
        bandwidth: BandwidthPolicy | None = None,
    ) -> None:
        self.freshness = freshness or Freshness()
        self.policy = policy or PresencePolicy()
        self.bandwidth = bandwidth or BandwidthPolicy()
        self.version = 0
        self.network = Network()
        self.network_changed = True  # nothing is drawn yet, and gear that is down tells nothing
        self.on_report: OnReport | None = None
        self._calendars = calendars or CalendarBook(CalendarRules(zone=UTC))
        self._schools: dict[str, SchoolState] = {}
        self._members: dict[str, Member] = {}
        self._texts = SharedTexts()
        self._softwares: Shared[Software, Software] = Shared(lambda software: software)
        self._layouts = Layouts(self._texts)
        self._listened_until = 0.0
        self._settled_at: float | None = None
        self._cutoffs_at: float | None = None
        self._cutoffs_of: dict[SchoolCalendar, Cutoffs] = {}

    @property
    def schools(self) -> Iterable[SchoolState]:
        """Every school, in the order in which they came."""
        return self._schools.values()

    def school(self, school_id: str) -> SchoolState | None:
        """One school, or None."""
        return self._schools.get(school_id)

    def member(self, device_id: str) -> Member | None:
        """One device, or None."""
        return self._members.get(device_id)

    def device_ids(self) -> list[str]:
        """Every device, in the order in which they came."""
        return list(self._members)

    def devices(self) -> Iterator[Device]:
        """Every device as the register knows it, in the order in which they came."""
        return (member.device for member in self._members.values())

    def __len__(self) -> int:
        """Devices in the register."""
        return len(self._members)

    def put_school(self, school: School) -> None:
        """Add a school or replace what is known of it; its devices stay."""
        self.version += 1
        state = self._state(school.school_id)
        state.school = school
        state.wan.needed_bps = needed_bps(school.enrollment_students, self.bandwidth)
        state.live_by(self._calendars.of(school))

    def put_device(self, device: Device) -> None:
        """Add a device or replace its register entry. Moving to another school takes its state along."""
        self.version += 1
        old = self._members.get(device.device_id)
        if old is not None and old.device.device_class != device.device_class:
            self.remove_device(device.device_id)
            old = None
        if old is None:
            self._enrol(device)
        else:
            self._change(old, device)

    def bring_back(self, sheets: Iterable[Sheet], remarks: Iterable[Remark] = ()) -> None:
        """Take in the computers of a store, each with all that is known of it; one that is here already is replaced.

        ``on_report`` hears of ``remarks`` only, then.
        """
        for sheet in sheets:
            self.version += 1
            for device in sheet.devices:
                self.remove_device(device.device_id)
            members = [self._come_back(device) for device in sheet.devices]
            for member, heard in zip(members, sheet.heard, strict=False):  # of some nothing was ever heard
                self._recall(member, heard)
            state = self._state(sheet.school_id)
            state.welcome_all(members, sheet)
            for member, (_, received_at, _, _, synced_at, _) in zip(members, sheet.heard, strict=False):
                if member.ages_at <= received_at:
                    age(state, member, self.freshness, received_at)
                if synced_at is not None:
                    self.apply(member.device.device_id, _synced(synced_at), synced_at)
        if self.on_report is not None:
            for device_id, report, measured_at in remarks:
                member = self._members[device_id]
                self.on_report(member, self._schools[member.device.school_id].calendar, report, measured_at)

    def _come_back(self, device: Device) -> Member:
        member = self._members[device.device_id] = _member(device)
        return member

    def _recall(self, member: Member, heard: Heard) -> None:
        """Note all that was heard of a computer, except what is in rows."""
        measured_at, received_at, member.on_campus, by_console, _, software = heard
        member.seen_at = received_at
        if by_console:
            member.synced_at = measured_at
        else:
            member.spoke_at = received_at
        member.measured_at = member.attendance.up_at = measured_at
        member.ages_at = measured_at + self.freshness.live_seconds
        member.software = self._softwares.of(software)

    def remove_device(self, device_id: str) -> None:
        """Forget a device and all its series. Unknown ids change nothing."""
        member = self._members.pop(device_id, None)
        if member is None:
            return
        self.version += 1
        state = self._state(member.device.school_id)
        for place, *_ in list(state.runs(member)):
            state.drop(member, place)
        state.leave(member)
        member.state = Presence.UNKNOWN  # what is not there explains nobody's silence
        self.network_changed |= member.device.device_class == "network"

    def apply(self, device_id: str, report: Report, received_at: float, *, on_campus: bool | None = None) -> None:
        """Take in a committed report, with its time on the collector's clock and without sections that are outdated.

        Sections that are None leave what was known before. A report of a device that is not in the register changes
        nothing: it was removed while the report was on its way.
        """
        member = self._members.get(device_id)
        if member is None:
            _log.debug("report of %s, which is not in the register", device_id)
            return
        self.version += 1
        state, measured_at = self._schools[member.device.school_id], min(report.measured_at, received_at)
        if on_campus is not None:
            member.on_campus = on_campus
        self._hear(state, member, report, measured_at, received_at)
        state.measure(member, report, measured_at)
        state.register(member, "last_report", ("",), member.measured_at)
        self._note(state, member, report, measured_at, received_at)

    def _note(self, state: SchoolState, member: Member, report: Report, measured_at: float, received_at: float) -> None:
        """Take in what follows from a report whose rows are stored."""
        self._register(state, member, report, measured_at)
        if member.ages_at <= received_at:
            age(state, member, self.freshness, received_at)
        state.settle(member)
        if self.on_report is not None:
            self.on_report(member, state.calendar, report, measured_at)

    def _hear(self, state: SchoolState, member: Member, report: Report, measured_at: float, received_at: float) -> None:
        """Note when a device was heard: a computer speaks for itself, of network gear only the poll says something."""
        heard_at = received_at if report.network is None else measured_at
        member.seen_at = max(member.seen_at or 0.0, heard_at)
        if report.source == CONSOLE:
            member.synced_at = max(member.synced_at or 0.0, measured_at)
        else:
            member.spoke_at = max(member.spoke_at or 0.0, heard_at)
        if report.network is not None and measured_at >= (member.measured_at or 0.0):
            member.reachable = report.network.reachable
        member.measured_at = max(member.measured_at or 0.0, measured_at)
        if report.network is None:
            sign_of_life(state, member, measured_at, self.policy.present_seconds)
        elif report.network.reachable:
            sign_of_life(state, member, measured_at, self.policy.gear_unknown_seconds)
        else:
            member.attendance.up_at = None
        member.ages_at = min(member.ages_at, measured_at + self.freshness.live_seconds)

    def use_network(self, network: Network) -> None:
        """Live by another drawing of the cabling; presence follows at the next refresh."""
        self.version += 1
        self.network = network
        for member in self._members.values():
            if member.device.device_class == "network":
                self._hang(member)

    def recall_kinds(self, kinds: Mapping[str, str]) -> None:
        """Take gear that has not said since the start what it is for what it was when it last answered."""
        for device_id, kind in kinds.items():
            member = self._members.get(device_id)
            if member is not None and not member.software.kind:
                self._note_software(self._state(member.device.school_id), member, member.software._replace(kind=kind))

    def use_calendars(self, calendars: CalendarBook) -> None:
        """Live by other calendars from the next refresh on."""
        self._calendars = calendars
        for state in self._schools.values():
            state.live_by(calendars.of(state.school))

    def refresh(self, now: float) -> None:
        """Bring every school up to ``now``. :func:`keep_current` does so without holding the event loop."""
        for school_id in tuple(self._schools):
            self.refresh_school(school_id, now)

    def refresh_school(self, school_id: str, now: float) -> None:
        """Bring one school up to ``now``: presence by its calendar, and out with series that silence has aged."""
        if self._settled_at is None:
            self._begin(now)
        state = self._schools[school_id]
        state.cutoffs = self._cutoffs(state.calendar, now)
        changed = False
        for member in state.members.values():
            changed |= state.settle(member)
            changed |= age(state, member, self.freshness, now)
        changed |= review(state, now)
        self.version += changed

    def _begin(self, now: float) -> None:
        """The first look at the clock: until every device had its chance to report, judge as when we last listened."""
        heard = (member.seen_at for member in self._members.values() if member.seen_at is not None)
        self._listened_until = max(heard, default=now)
        self._settled_at = now + self.policy.present_seconds

    def _cutoffs(self, calendar: SchoolCalendar, now: float) -> Cutoffs:
        """Cut-offs at ``now``, worked out once for all schools on a calendar."""
        if self._cutoffs_at != now:
            self._cutoffs_at, self._cutoffs_of = now, {}
        if calendar not in self._cutoffs_of:
            away = self._listened_until if self._settled_at is not None and now < self._settled_at else None
            self._cutoffs_of[calendar] = cutoffs(calendar, self.policy, now, listened_until=away)
        return self._cutoffs_of[calendar]

    def _enrol(self, device: Device) -> None:
        member = self._members[device.device_id] = _member(device)
        state = self._state(device.school_id)
        state.welcome(member)
        _label(state, member)
        if device.device_class == "network":
            self._hang(member)

    def _hang(self, member: Member) -> None:
        """Give network gear its parent and its outside ports, as the drawing has them."""
        device_id, state = member.device.device_id, self._schools[member.device.school_id]
        member.wan = self.network.wan.get(device_id, frozenset())
        if not member.wan:
            state.wan.forget(device_id)
        parent_id = self.network.parents.get(device_id)
        member.parent = self._members.get(parent_id) if parent_id is not None else None
        if member.parent is None:
            state.drop(member, PLACE["network"][GEAR_PARENT.name])
        else:
            state.register(member, GEAR_PARENT.name, (member.parent.device.device_id,), 1.0)

    def _change(self, member: Member, device: Device) -> None:
        old, new = self._state(member.device.school_id), self._state(device.school_id)
        old.leave(member)
        if new is not old:
            new.take_over(member, old)
            self.network_changed |= device.device_class == "network"
        member.device = device
        new.join(member)
        new.settle(member)
        _label(new, member)

    def _register(self, state: SchoolState, member: Member, report: Report, at: float) -> None:
        if report.network is not None:
            note_traffic(state, member, report.network, at, self.freshness.live_seconds)
            self._outline(member, report.network)
        if report.identity is not None or report.os is not None or report.network is not None:
            self._note_software(state, member, self._softwares.of(merged(member.software, report)))
        if member.reachable is False:
            silence(state, member)

    def _note_software(self, state: SchoolState, member: Member, software: Software) -> None:
        if software != member.software:
            state.uncount(member)
            member.software = software
            state.count(member)
            _label(state, member)

    def _outline(self, member: Member, gear: NetworkGear) -> None:
        if gear.reachable and (drawn_from := outline(gear)) != member.outline:
            member.outline = drawn_from
            self.network_changed = True

    def _state(self, school_id: str) -> SchoolState:
        state = self._schools.get(school_id)
        if state is None:
            school = School(school_id=school_id, name=school_id)
            state = self._schools[school_id] = SchoolState(
                school, self._calendars.of(school), self._texts, self._layouts
            )
        return state


def _synced(at: float) -> Report:
    """That a computer synchronised with its management console, which is no word of its own."""
    return Report(source=CONSOLE, sequence=0, measured_at=at)


def _member(device: Device) -> Member:
    return Member(device, pair("device", device.device_id).encode(), _NOTHING, Presence.UNKNOWN)


def _label(state: SchoolState, member: Member) -> None:
    """Write the info series of a device."""
    device, found = member.device, member.software
    if device.device_class == "network":
        state.register(member, "target_info", (gear_labels(device, found),), 1.0)
        state.show_answer(member)
    else:
        state.register(member, "device_info", (computer_labels(device, found),), 1.0)
