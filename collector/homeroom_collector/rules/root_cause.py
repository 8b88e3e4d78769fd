"""Which problem explains which: district, school, power, switch, access point, device. Pure.

Every finding gets at most one immediate cause; causes of causes are followed to the root. What nobody could look at
keeps the cause it had. What was explained by a problem that is just recovering stays explained until that is over: a
switch that was not asked again yet is not down by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from homeroom_collector.model import Presence
from homeroom_collector.rules.health.presence import DOWN_KINDS
from homeroom_collector.rules.health.rule import Finding
from homeroom_collector.rules.health.school import WHOLE_SCHOOL

DISTRICT = "district"
POLL_APART_SECONDS = 180.0
"""Devices of one school are asked within this time of each other."""
_SILENT = (Presence.DOWN, Presence.UNREACHABLE)
_ON_THE_SURFACE = ("device_overdue", "device_missing", "school_dark", "wifi_without_clients", "access_points_lost")
"""Kinds that follow when the school around them is cut off."""
_OURS = ("satellite_silent", "homeroom_polling_late")
"""Kinds that say that we do not look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One network device: where it is, what it hangs from, and how it is.

    ``silent_since`` is when it first did not answer, ``polled_at`` when it was last asked.
    """

    device_id: str
    school: str
    kind: str = "other"
    state: Presence = Presence.UNKNOWN
    parent: str | None = None
    silent_since: float | None = None
    polled_at: float | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """What causes are found in. ``places`` is all network gear; ``links`` leads from (device, port) to the far end.

    ``recovering`` names, for each device, a problem that explained it and is recovering. ``seen_at`` is when computers
    that are overdue or missing were last heard, ``school_of`` where they belong.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    links: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    recovering: Mapping[str, str] = field(default_factory=dict)
    school_of: Mapping[str, str] = field(default_factory=dict)
    seen_at: Mapping[str, float] = field(default_factory=dict)


Key = tuple[str, str, str]
"""Kind, name and part of a finding."""


def key(finding: Finding) -> Key:
    """What tells findings apart."""
    return (finding.kind, finding.name, finding.part)


class Explained:
    """The findings with their causes. ``cause`` gives the immediate one, ``root`` follows to the end."""

    def __init__(self, findings: Sequence[Finding], district: District) -> None:
        self.findings = {key(finding): finding for finding in findings}
        self._district = district
        self._of_device: dict[str, list[Finding]] = {}
        for finding in findings:
            self._of_device.setdefault(finding.name, []).append(finding)
        self._in_school: dict[str, list[Place]] = {}
        for place in district.places.values():
            self._in_school.setdefault(place.school, []).append(place)
        self._cables = {
            far: (device, port)
            for (device, port), (far, _) in district.links.items()
            if far in district.places and district.places[far].parent == device
        }
        self._power = dict(self._powered(findings))
        self._of_us = next((each for each in findings if each.kind in _OURS), None)
        self._cut: dict[str, Finding | None] = {}
        self._causes = {found: self._cause(finding) for found, finding in self.findings.items()}
        self.roots = {found: self._follow(found) for found in self.findings}

    def cause(self, found: Key) -> Key | None:
        """Give the finding that explains this one directly."""
        return self._causes.get(found)

    def down(self, device_id: str) -> Finding | None:
        """Give the finding that a device is silent."""
        return next((each for each in self._of_device.get(device_id, ()) if each.kind in DOWN_KINDS), None)

    def unheard(self, school: str, since: float) -> Iterator[str]:
        """Give the gear of a school that has not answered since a moment, asked or not."""
        for place in self.gear_of(school):
            if place.state != Presence.UP or (place.polled_at or 0.0) <= since:
                yield place.device_id

    def is_open(self, finding: Finding) -> bool:
        """Whether silence may still turn out to be somebody else's: what could explain it was not asked since."""
        place = self._district.places.get(finding.name) if finding.kind in DOWN_KINDS else None
        if place is None or place.silent_since is None:
            return False
        others = [each for each in self._in_school[place.school] if each.kind == "ups"]
        if place.parent is not None and place.parent in self._district.places:
            others.append(self._district.places[place.parent])
        return any(_not_asked_since(each, place.silent_since) for each in others if each is not place)

    def of_school(self, school: str) -> Finding | None:
        """Give what takes a whole school, the most basic first."""
        found = {each.kind: each for each in self._of_device.get(school, ()) if each.kind in WHOLE_SCHOOL}
        return found.get("power_out") or found.get("uplink_down") or found.get("school_dark")

    def gear_of(self, school: str) -> Sequence[Place]:
        """Give the network gear of a school."""
        return self._in_school.get(school, ())

    def cut_off(self, school: str) -> Finding | None:
        """Give why nothing is heard of a school: a cause of its own, or a line to it that is cut further up."""
        if school not in self._cut:
            self._cut[school] = self.of_school(school) or next(self._cut_above(school), None)
        return self._cut[school]

    def _cut_above(self, school: str) -> Iterator[Finding]:
        for place in heads(self.gear_of(school)):
            if place.state == Presence.UNREACHABLE and (finding := self.down(place.device_id)):
                yield finding
        yield from (each for each in self._of_device.get(DISTRICT, ()) if each.kind == "district_outage")

    def _cause(self, finding: Finding) -> Key | None:
        found = self._found_cause(finding)
        return None if found is None or found is finding else key(found)

    def _found_cause(self, finding: Finding) -> Finding | None:
        kind, name = finding.kind, finding.name
        if kind == "district_outage":
            return None
        if kind in WHOLE_SCHOOL:
            return self._above_school(finding)
        if kind in ("wifi_down", "wan_slow"):
            return self.cut_off(name) or self._of_line(name, kind)
        place = self._district.places.get(name)
        if place is None:
            return self._of_computer(finding)
        if kind in DOWN_KINDS:
            return self._of_silence(place)
        if kind == "gear_unknown":
            return self._nobody_looks(place)
        if kind == "ups_on_battery":
            return next((each for each in self._of_device.get(place.school, ()) if each.kind == "power_out"), None)
        return self._of_part(finding, place)

    def _above_school(self, finding: Finding) -> Finding | None:
        everywhere = next(iter(self._of_device.get(DISTRICT, ())), None)
        if everywhere is not None or finding.kind == "power_out":
            return everywhere
        basic = self.of_school(finding.name)
        if basic is not None and basic is not finding:
            return basic
        for place in heads(self.gear_of(finding.name)):
            if (found := self._power.get(place.device_id)) or (found := self._line(place)):
                return found
        return next(self._cut_above(finding.name), None)

    def _of_line(self, school: str, kind: str) -> Finding | None:
        """A line that is full is slow."""
        return self.findings.get(("wan_saturated", school, "")) if kind == "wan_slow" else None

    def _line(self, place: Place) -> Finding | None:
        return next((each for each in self._of_device.get(place.device_id, ()) if each.kind == "wan_down"), None)

    def _of_silence(self, place: Place) -> Finding | None:
        """What silences network gear: its parent, its school, its power, the cable to it."""
        if place.state == Presence.UNREACHABLE and place.parent is not None:
            above = self.down(place.parent)
            if above is not None:
                return above
        whole = self.of_school(place.school)
        if whole is not None and place.state in _SILENT and _follows(place, whole):
            return whole
        wifi = next((each for each in self._of_device.get(place.school, ()) if each.kind == "wifi_down"), None)
        if wifi is not None and place.kind == "access_point":
            return wifi
        return self._power.get(place.device_id) or self._cable(place)

    def _cable(self, place: Place) -> Finding | None:
        cable = self._cables.get(place.device_id)
        return self.findings.get(("port_flapping", *cable)) if cable is not None else None

    def _nobody_looks(self, place: Place) -> Finding | None:
        return self.down(place.device_id) or self._of_us or self.cut_off(place.school)

    def _of_computer(self, finding: Finding) -> Finding | None:
        if finding.kind not in ("device_overdue", "device_missing"):
            return None
        school = self._district.school_of.get(finding.name, "")
        cut = self.cut_off(school)
        seen_at = self._district.seen_at.get(finding.name)
        # One that was silent long before is missing by itself.
        return cut if cut is not None and seen_at is not None and seen_at >= cut.since - 3_600.0 else None

    def _of_part(self, finding: Finding, place: Place) -> Finding | None:
        """Something about a device: its own silence explains it, then its parent, then the other end of the cable."""
        if place.state in _SILENT and (silence := self.down(place.device_id)):
            return silence
        if finding.kind in _ON_THE_SURFACE:
            return self._of_radio(finding, place)
        if finding.kind == "ups_runtime_low":
            return self.findings.get(("ups_replace_battery", place.device_id, ""))
        if finding.kind == "gear_restarted":
            return self._of_restart(place)
        if finding.kind in ("port_errors", "port_flapping", "duplex_mismatch"):
            far = self._district.links.get((place.device_id, finding.part))
            if far is not None and far[0] == place.parent:
                return self.findings.get((finding.kind, *far))
        return None

    def _of_restart(self, place: Place) -> Finding | None:
        """What starts anew had no power: by its UPS, with its whole school, or through its parent."""
        no_mains = self.findings.get(("power_out", place.school, "")) or self._power.get(place.device_id)
        return no_mains or self.findings.get(("gear_restarted", place.parent or "", ""))

    def _of_radio(self, finding: Finding, place: Place) -> Finding | None:
        whole = self.cut_off(place.school)
        if whole is not None or finding.kind != "access_points_lost":
            return whole
        lost = (
            self.down(each.device_id)
            for each in self._in_school[place.school]
            if each.kind == "access_point" and each.state in _SILENT
        )
        return next((each for each in lost if each is not None), None)

    def _powered(self, findings: Sequence[Finding]) -> Iterator[tuple[str, Finding]]:
        """For each device that a UPS feeds, itself too: it runs on battery, or ran when it was last heard."""
        for finding in findings:
            ups = self._district.places.get(finding.name) if finding.kind == "ups_on_battery" else None
            for place in self._in_school[ups.school] if ups else ():
                if ups is not None and (place is ups or _feeds(ups, place)):
                    yield place.device_id, finding

    def _follow(self, found: Key) -> Key:
        seen = [found]
        while (cause := self._causes.get(seen[-1])) is not None and cause not in seen:
            seen.append(cause)
        return seen[-1]


def _not_asked_since(place: Place, at: float) -> bool:
    """Whether a device that answered has not been asked again. One that is silent already has said what it can."""
    return place.state == Presence.UP and (place.polled_at or 0.0) < at


def _follows(place: Place, whole: Finding) -> bool:
    """A power cut explains what fell silent with it; what was dead before is dead by itself."""
    return whole.kind != "power_out" or (place.silent_since or 0.0) >= whole.since - POLL_APART_SECONDS


def heads(places: Sequence[Place]) -> list[Place]:
    """Give the gear of one school that is nearest to the uplink: what hangs from nothing, or from another school."""
    mine = {place.device_id for place in places}
    return [place for place in places if place.parent is None or place.parent not in mine]


def _feeds(ups: Place, place: Place) -> bool:
    """A UPS feeds the switch that its own network cable ends in, and what stands where it stands."""
    return ups.parent == place.device_id or (bool(ups.location) and ups.location == place.location)
