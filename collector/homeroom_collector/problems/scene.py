"""The whole picture at one moment: network gear in its places, findings of devices and of schools, who is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from homeroom_collector.fleet import Fleet, Member, SchoolState
from homeroom_collector.model import Presence
from homeroom_collector.problems.watch import Watch
from homeroom_collector.rules import whole_school
from homeroom_collector.rules.health import itself, line, presence, school
from homeroom_collector.rules.health.itself import Itself
from homeroom_collector.rules.health.rule import Finding, Judge, Spot
from homeroom_collector.rules.problem import Evidence, named
from homeroom_collector.rules.problem_state import Row, State
from homeroom_collector.rules.root_cause import DISTRICT, District, Place, heads

HOMEROOM = "homeroom"
_SILENT = (Presence.DOWN, Presence.UNREACHABLE)
_TAKES_ALL_OF_IT = (*presence.DOWN_KINDS, *school.WHOLE_SCHOOL, "ups_on_battery")
"""Kinds that explain whatever is wrong with their own subject."""
_HELD_BY_NAME = frozenset({"school_dark", "wan_saturated", "wan_below_contract", "wan_slow", *itself.RULES})


@dataclass(slots=True)
class Scene:
    """What one look found. ``cut_off`` are schools of which nothing is heard; ``places`` are by school."""

    now: float
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, list[Place]] = field(default_factory=dict)
    school_of: dict[str, str] = field(default_factory=dict)
    seen_at: dict[str, float] = field(default_factory=dict)
    schools: int = 0

    def district(self, links: Mapping[tuple[str, str], tuple[str, str]], recovering: Mapping[str, str]) -> District:
        """As causes are found in."""
        places = {place.device_id: place for mine in self.places.values() for place in mine}
        return District(
            places=places, links=links, recovering=recovering, school_of=self.school_of, seen_at=self.seen_at
        )

    @property
    def cut_off(self) -> list[str]:
        """Schools with a cause of their own, and those whose gear cannot be reached from further up."""
        found = {each.name for each in self.findings if each.kind in school.WHOLE_SCHOOL and each.kind != "power_out"}
        found |= {
            name for name, mine in self.places.items() if any(p.state == Presence.UNREACHABLE for p in heads(mine))
        }
        return sorted(found)


class Looker:
    """Looks at the fleet. Keeps since when what is silent is silent, and what it held of schools the last time."""

    def __init__(self, fleet: Fleet, watch: Watch) -> None:
        self._fleet, self._watch = fleet, watch
        self._since: dict[tuple[str, str], float] = {}
        self._held: dict[str, dict[Spot, Finding]] = {}

    def recall(self, rows: Iterable[Row]) -> None:
        """Begin with what is kept as problems."""
        for row in rows:
            kind, (name, part) = row.problem.kind, named(row.problem.subject)
            if kind in presence.RULES:
                self._since[kind, name] = row.pending_at
            if kind in _HELD_BY_NAME:
                found = Finding(
                    kind=kind, name=name, part=part, says=row.problem.summary, evidence=row.problem.evidence,
                    since=row.pending_at, at=row.pending_at,
                )  # fmt: skip
                self._held.setdefault(name, {})[kind, part] = found

    async def look(self, now: float, about_us: Itself) -> Scene:
        """Look at everything, one school at a time so that nobody waits. Devices that left are forgotten."""
        scene = Scene(now)
        silent: dict[tuple[str, str], float] = {}
        for state in tuple(self._fleet.schools):
            self._look_at(state, scene, silent)
            await asyncio.sleep(0)
        self._since = silent
        for finding in self._watch.findings(now):
            if self._fleet.member(finding.name) is None:
                self._watch.forget(finding.name)
            else:
                scene.findings.append(finding)
        self._look_at_ourselves(about_us, scene)
        self._find_wholes(scene)
        return scene

    def computers(self, school_id: str, since: float) -> list[str]:
        """Computers that a school's silence takes along: on campus when it began, or shortly before."""
        state = self._fleet.school(school_id)
        members = tuple(state.members.values()) if state else ()
        return [
            member.device.device_id
            for member in members
            if member.device.device_class == "computer"
            and member.state not in (Presence.AWAY, Presence.SHELVED)
            and (member.seen_at or 0.0) >= since - school.LOOK_BACK_SECONDS
        ]

    def _look_at(self, state: SchoolState, scene: Scene, silent: dict[tuple[str, str], float]) -> None:
        began, _, in_session = state.calendar.stretch(scene.now)
        gear: list[Member] = []
        for member in state.members.values():
            if member.device.device_class == "network":
                gear.append(member)
            elif member.state in presence.COMPUTER_KINDS:
                self._silent_computer(member, scene, silent, in_session=in_session)
        scene.schools += bool(state.members)
        if gear:
            scene.places[state.school.school_id] = self._places(gear)
            for member in gear:
                self._silent_gear(member, scene, silent)
        self._look_at_school(state, gear, scene, began if in_session else None)

    def _silent_computer(
        self, member: Member, scene: Scene, silent: dict[tuple[str, str], float], *, in_session: bool
    ) -> None:
        """Silence is noticed during instruction; what was noticed stays until the computer is heard."""
        kind, device_id = presence.COMPUTER_KINDS[member.state], member.device.device_id
        since = self._since.get((kind, device_id), scene.now if in_session else None)
        if since is not None:
            silent[kind, device_id] = since
            heard = (Evidence(name="last_heard_timestamp_seconds", measured=member.seen_at),)
            scene.findings.append(
                Finding(kind=kind, name=device_id, says=_SAYS[kind], evidence=heard, since=since, at=scene.now)
            )
            scene.school_of[device_id] = member.device.school_id
            scene.seen_at[device_id] = member.seen_at or 0.0

    def _silent_gear(self, member: Member, scene: Scene, silent: dict[tuple[str, str], float]) -> None:
        device_id, known = member.device.device_id, self._watch.known(member.device.device_id)
        if member.state in _SILENT or (member.state == Presence.UNKNOWN and member.reachable is False):
            since = (known.silent_since if known else None) or member.seen_at or scene.now
            scene.findings.append(
                Finding(
                    kind=presence.down_kind(member.software.kind),
                    name=device_id,
                    says="does not answer",
                    evidence=(
                        Evidence(name="silent_since_timestamp_seconds", measured=since),
                        Evidence(name="state", measured=member.state.value),
                    ),
                    since=since,
                    at=scene.now,
                    holds=None if member.state == Presence.UNKNOWN else True,
                )
            )
        if member.state == Presence.UNKNOWN:
            since = silent["gear_unknown", device_id] = self._since.get(("gear_unknown", device_id), scene.now)
            says = _SAYS["gear_unknown"]
            scene.findings.append(Finding(kind="gear_unknown", name=device_id, says=says, since=since, at=scene.now))

    def _places(self, gear: Sequence[Member]) -> list[Place]:
        known = {member.device.device_id: self._watch.known(member.device.device_id) for member in gear}
        locations = {each.location for each in known.values() if each}
        distinct = len(locations) > 1  # where all gear says the same, the place tells nothing
        places = []
        for member in gear:
            if member.state == Presence.SHELVED:
                continue
            about = known[member.device.device_id]
            places.append(
                Place(
                    device_id=member.device.device_id,
                    school=member.device.school_id,
                    kind=member.software.kind,
                    state=member.state,
                    parent=member.parent.device.device_id if member.parent else None,
                    silent_since=about.silent_since if about else None,
                    polled_at=member.seen_at,
                    location=about.location if about and distinct else None,
                )
            )
        return places

    def _look_at_school(
        self, state: SchoolState, gear: Sequence[Member], scene: Scene, session_began: float | None
    ) -> None:
        school_id = state.school.school_id
        judge = Judge(school_id, self._watch.book.of(school_id), scene.now, self._held.get(school_id, {}))
        school.look(
            school.Listening(
                heard_at=() if _answers(gear) else _heard(state),
                in_session=session_began is not None,
                session_began=session_began or 0.0,
                answering=_answers(gear),
            ),
            judge,
        )
        rate = state.wan.rate(scene.now)
        speeds = [known.outside_bps for member in gear if (known := self._watch.known(member.device.device_id))]
        line.look(
            line.Line(
                contracted_bps=state.school.bandwidth_contracted_bps,
                speed_bps=sum(filter(None, speeds)) or None,
                busiest_bps=max(rate) if rate else None,
                latencies_seconds=self._watch.latencies(school_id, scene.now),
            ),
            judge,
        )
        self._hold(school_id, judge, scene)

    def _look_at_ourselves(self, about_us: Itself, scene: Scene) -> None:
        judge = Judge(HOMEROOM, self._watch.book.of(""), scene.now, self._held.get(HOMEROOM, {}))
        itself.look(about_us, judge)
        self._hold(HOMEROOM, judge, scene)

    def _hold(self, name: str, judge: Judge, scene: Scene) -> None:
        if judge.found:
            self._held[name] = judge.found
            scene.findings += judge.found.values()
        else:
            self._held.pop(name, None)

    def _find_wholes(self, scene: Scene) -> None:
        """Causes that no single device tells, from what was found of each."""
        by_school: dict[str, list[Finding]] = {}
        for finding in scene.findings:
            if finding.kind == "ups_on_battery" and (member := self._fleet.member(finding.name)):
                by_school.setdefault(member.device.school_id, []).append(finding)
        rules = {school_id: self._watch.book.of(school_id) for school_id in scene.places}
        scene.findings += whole_school.of_schools(scene.places, by_school, rules, scene.now)
        rule = self._watch.book.rule("", "district_outage")
        outage = whole_school.district_outage(scene.findings, scene.schools, rule, scene.now)
        scene.findings += [outage] if outage else []


_SAYS = {
    "device_overdue": "has not been heard for hours of instruction",
    "device_missing": "has not been heard for days of instruction",
    "gear_unknown": "is not looked at by anybody",
}


def _answers(gear: Sequence[Member]) -> bool:
    return any(member.state == Presence.UP for member in gear)


def _heard(state: SchoolState) -> list[float]:
    return [
        member.seen_at
        for member in state.members.values()
        if member.device.device_class == "computer" and member.seen_at is not None and member.on_campus is not False
    ]


def recovering(rows: Iterable[Row], present: Collection[str]) -> dict[str, str]:
    """For each device, the problem that explained it until lately: its silence may need a moment longer.

    ``present`` are the keys of what is found now; what is not among them is gone, though its row may not say so yet.
    """
    found: dict[str, str] = {}
    for row in rows:
        if row.state != State.PENDING and row.problem.key not in present:
            key = row.problem.cause or row.problem.key
            found.update(dict.fromkeys(row.problem.members, key))
            if row.problem.kind in _TAKES_ALL_OF_IT:
                found[named(row.problem.subject)[0]] = key
    return found


def cables(graph: Mapping[str, object]) -> dict[tuple[str, str], tuple[str, str]]:
    """Both directions of every cable of the topology, by device and port."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    links = graph.get("links")
    for link in links if isinstance(links, list) else ():
        one, other = (link["source"], link["source_port"] or ""), (link["target"], link["target_port"] or "")
        found[one], found[other] = other, one
    return found


__all__ = ["DISTRICT", "HOMEROOM", "Looker", "Scene", "cables", "recovering"]
