"""One look: findings, causes, transitions, and the claims that write them. Any number of replicas may do this."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from homeroom_collector.fleet import Fleet
from homeroom_collector.problems.scene import DISTRICT, HOMEROOM, Looker, Scene, cables, recovering
from homeroom_collector.problems.settings import RuleBook
from homeroom_collector.problems.watch import Watch
from homeroom_collector.rules.diagnosis import Surroundings, key_of_finding, verdicts
from homeroom_collector.rules.health.itself import Itself
from homeroom_collector.rules.health.rule import Finding
from homeroom_collector.rules.health.school import WHOLE_SCHOOL
from homeroom_collector.rules.maintenance import Window, under_maintenance
from homeroom_collector.rules.problem_state import Policy, Row, State, Transition, advance
from homeroom_collector.rules.root_cause import heads
from homeroom_collector.store import Connection, Store, maintenance, problems

_log = logging.getLogger(__name__)
_REREAD_SECONDS = 300.0
_PORTION = 500
_QUIET_IN_COLLECTION = ("device_missing", "device_overdue")


class Keeper:
    """Problems of the fleet, in the store and in memory. ``rows`` are those that are not closed, by key."""

    def __init__(self, fleet: Fleet, store: Store, book: RuleBook) -> None:
        self.book = book
        self.watch = Watch(book)
        self.rows: Mapping[str, Row] = {}
        self._fleet, self._store = fleet, store
        self._looker = Looker(fleet, self.watch)
        self._closed: Mapping[str, Row] = {}
        self._windows: Sequence[Window] = ()
        self._read_at: float | None = None

    async def recall(self, now: float) -> None:
        """Begin with what is in the store. To be called before the fleet hears reports."""
        await self._reread(now)
        self.watch.recall(self.rows.values())
        self._looker.recall(self.rows.values())

    async def look(self, now: float, about_us: Itself | None = None) -> list[Transition]:
        """Look at everything and write what changed; gives the transitions that were ours."""
        if self._read_at is None or now - self._read_at >= _REREAD_SECONDS:
            await self._reread(now)
        self._windows = await self._store.read(partial(maintenance.listed, ends_after=now))
        scene = await self._looker.look(now, about_us or Itself())
        # With tens of thousands of problems this takes a second, in which reports are still to be acknowledged.
        changes = await asyncio.to_thread(self._changes, scene)
        return await self._write(changes, now) if changes else []

    def forget(self, device_id: str) -> None:
        """Let go of a device that is not in the store any more; the next look begins with what the store has."""
        self.watch.forget(device_id)
        self._read_at = None

    def _changes(self, scene: Scene) -> list[Transition]:
        around = self._surroundings(scene)
        present = {key_of_finding(finding, around) for finding in scene.findings if finding.holds}
        former = recovering(self.rows.values(), present) if self.rows else {}
        district = scene.district(cables(self._fleet.network.graph), former)
        found = verdicts(scene.findings, district, around, scene.cut_off)
        by_key = {verdict.problem.key: verdict for verdict in found}
        return list(advance({**self._returning(scene.now), **self.rows}, by_key, self._policy(), scene.now))

    def _returning(self, now: float) -> dict[str, Row]:
        """Problems that closed so lately that they are the same when they come back."""
        self._closed = {
            key: row
            for key, row in self._closed.items()
            if row.closed_at is not None
            and now - row.closed_at < self.book.pace(row.problem.school, row.problem.kind).reopens_seconds
        }
        return dict(self._closed)

    async def _write(self, changes: Sequence[Transition], now: float) -> list[Transition]:
        made: list[Transition] = []
        rows, closed, lost = dict(self.rows), dict(self._closed), False
        for start in range(0, len(changes), _PORTION):
            portion = changes[start : start + _PORTION]
            for change, row in zip(portion, await self._store.write(partial(_claim, portion, now)), strict=True):
                if row is None:
                    lost = True
                    continue
                made.append(change)
                _note(rows, closed, change, row)
        self.rows, self._closed = rows, closed
        if lost:
            await self._reread(now)
        return made

    async def _reread(self, now: float) -> None:
        self.rows = await self._store.read(problems.active)
        lately = partial(problems.closed_lately, since=now - self.book.longest_reopens_seconds)
        self._closed = await self._store.read(lately)
        self._read_at = now

    def _policy(self) -> Policy:
        def taught(school: str, start: float, end: float) -> float:
            state = self._fleet.school(school)
            return state.calendar.instructional_seconds(start, end) if state else end - start

        def in_session(school: str, now: float) -> bool:
            state = self._fleet.school(school)
            return state is None or state.calendar.in_session(now)

        return Policy(pace=self.book.pace, taught=taught, in_session=in_session)

    def _surroundings(self, scene: Scene) -> Surroundings:
        return Surroundings(
            rule=self.book.rule,
            school=self._school_of,
            called=self._called,
            computers=self._looker.computers,
            suppressed=partial(self._suppressed, scene),
            critical_members=self.book.critical_members,
        )

    def _school_of(self, finding: Finding) -> str:
        if finding.name in (DISTRICT, HOMEROOM):
            return ""
        member = self._fleet.member(finding.name)
        return member.device.school_id if member else finding.name

    def _called(self, finding: Finding) -> str:
        """How people call what a finding is about."""
        if finding.name in (DISTRICT, HOMEROOM):
            return {"district": "The district", "homeroom": "Homeroom"}[finding.name]
        if member := self._fleet.member(finding.name):
            return member.device.name or member.device.serial or finding.name
        state = self._fleet.school(finding.name)
        return state.school.name if state else finding.name

    def _suppressed(self, scene: Scene, finding: Finding, school: str) -> bool:
        if finding.kind in _QUIET_IN_COLLECTION and self._collecting(school, scene.now):
            return True
        if not self._windows:
            return False
        devices = [finding.name]
        if finding.kind in WHOLE_SCHOOL:
            devices = [place.device_id for place in heads(scene.places.get(school, ()))]
        return under_maintenance(self._windows, scene.now, school, self._upwards(devices))

    def _upwards(self, device_ids: Sequence[str]) -> list[str]:
        """Give devices with all that they hang from."""
        found: list[str] = []
        for device_id in device_ids:
            member = self._fleet.member(device_id)
            while member is not None and member.device.device_id not in found:
                found.append(member.device.device_id)
                member = member.parent
        return found

    def _collecting(self, school: str, now: float) -> bool:
        state = self._fleet.school(school)
        return state is not None and any(state.calendar.day_of(now) in season for season in self.book.collection)


def _claim(changes: Sequence[Transition], now: float, connection: Connection) -> list[Row | None]:
    return [problems.claim(connection, change, now) for change in changes]


def _note(rows: dict[str, Row], closed: dict[str, Row], change: Transition, row: Row) -> None:
    key = row.problem.key
    rows.pop(key, None)
    closed.pop(key, None)
    if row.state == State.CLOSED:
        closed[key] = row
    elif change.after is not None:
        rows[key] = row
    if change.change in ("opened", "reopened", "closed"):
        # The summary names the device as people call it, and logs live on where a device is forgotten.
        _log.info("problem %s: %s", change.change, key)
