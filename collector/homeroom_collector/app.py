"""The composition root: puts the collector together and starts and stops its parts in order."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from homeroom_collector import access, chromebook
from homeroom_collector.access.parts import check_routes, keep_tidy, put_door
from homeroom_collector.background import CRIPPLED, beside, watch
from homeroom_collector.clock import Clock
from homeroom_collector.config import Settings
from homeroom_collector.decisions.keeper import DecisionMeasures, Worker, keep_decided
from homeroom_collector.decisions.newest import BoardKeeper
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.errors import CollectorError
from homeroom_collector.fleet import Fleet, keep_current
from homeroom_collector.fleet.drawing import draw_network
from homeroom_collector.fleet.pace import PRESENCE_EVERY_SECONDS
from homeroom_collector.freed_memory import keep_giving_back
from homeroom_collector.history.upkeep import EVERY_SECONDS, Upkeep
from homeroom_collector.http.address import Addresses, Campus
from homeroom_collector.http.connection import in_time
from homeroom_collector.http.problem import unknown_calls
from homeroom_collector.http.site import LANE
from homeroom_collector.ingest.clock import SchoolDays
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.forgetting import Forgetting
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.http import AgentCalls
from homeroom_collector.ingest.joined import GoogleFacts
from homeroom_collector.ingest.keyring import REFRESH_SECONDS, Keyring
from homeroom_collector.ingest.lasting import made_to_last
from homeroom_collector.ingest.limits import Limit, Limits
from homeroom_collector.ingest.line_leases import LineLeases
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.model_support import ModelEnds, UpdatesByModel
from homeroom_collector.ingest.outlines import polled
from homeroom_collector.ingest.passing_on import passing_on
from homeroom_collector.ingest.probes import probe_routes
from homeroom_collector.ingest.quarantine import Quarantine
from homeroom_collector.ingest.quarantine_keeper import QuarantineKeeper
from homeroom_collector.ingest.renewal import Renewal
from homeroom_collector.ingest.retelling import retell
from homeroom_collector.ingest.satellite_service import SatelliteService
from homeroom_collector.ingest.service import Intake, NetworkSink
from homeroom_collector.ingest.telling import telling
from homeroom_collector.ingest.throughput import Ledger
from homeroom_collector.ingest.throughput_http import ThroughputCalls
from homeroom_collector.ingest.throughput_measures import ThroughputMeasures
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.letters.service import Letters, letters_of
from homeroom_collector.model import School
from homeroom_collector.problems import settings as problem_settings
from homeroom_collector.problems.http import ProblemCalls
from homeroom_collector.problems.service import ProblemService, free_disk_ratio, unpolled_ratio
from homeroom_collector.recall.restore import Hearers, Memory
from homeroom_collector.replicas.follower import Follower
from homeroom_collector.replicas.leaseholder import Leases
from homeroom_collector.replicas.targets import SharedTargets
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.health.itself import Itself
from homeroom_collector.snmp.polling.service import poll_network, register_all
from homeroom_collector.snmp.target_files import TargetFiles, wan_ports
from homeroom_collector.sources.calendar_keeper import CalendarKeeper
from homeroom_collector.sources.from_settings import keeper_of, sync_schools
from homeroom_collector.sources.google.measures import GoogleMeasures
from homeroom_collector.sources.google.service import Teller, keep_synced
from homeroom_collector.store import Store
from homeroom_collector.store.engine import folder_of as store_folder
from homeroom_collector.store.manners import MannerStore
from homeroom_collector.store.page_check import PageCheck
from homeroom_collector.tickets.serving import serve_tickets
from homeroom_collector.views import site
from homeroom_collector.views.remote_write.service import keep_writing

_log = logging.getLogger(__name__)
_HISTORY_WAIT_SECONDS = 60.0
_CLOSURES_EVERY_SECONDS = 30.0
_TOPOLOGY_EVERY_SECONDS = (5.0, 60.0)


@dataclass(frozen=True, slots=True)
class Collector:
    """The parts of one collector. Tests reach inside here; handlers hold what they need themselves."""

    settings: Settings
    store: Store
    registry: CollectorRegistry
    fleet: Fleet
    measures: Measures
    keyring: Keyring
    commit: GroupCommit
    intake: Intake
    days: SchoolDays
    calendars: CalendarKeeper
    google: GoogleFacts
    quarantine: QuarantineKeeper
    problems: ProblemService
    satellites: SatelliteService
    leases: Leases
    pages: PageCheck
    ends: ModelEnds
    letters: Letters | None = None
    board: BoardKeeper = field(default_factory=BoardKeeper)
    clock: Clock = field(default_factory=Clock)

    def put_school(self, school: School) -> None:
        """Let everyone who must know hear of a school."""
        self.days.put(school)
        self.intake.campus.put(school)
        self.intake.ledger.put_school(school)
        self.fleet.put_school(school)


COLLECTOR = web.AppKey("collector", Collector)
_running = partial(beside, COLLECTOR)


def build(settings: Settings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> web.Application:
    """Put everything together; nothing is opened or started before the application starts."""
    collector = _collector(settings, registry or CollectorRegistry(), clock or Clock())
    app = web.Application(client_max_size=settings.ingest.max_request_bytes, middlewares=[in_time()])
    app[COLLECTOR], app[CRIPPLED] = collector, asyncio.Event()
    gate = _gate(collector)
    agents = _agents(collector, gate)
    app[LANE] = agents.lane(settings.ingest.max_request_bytes)
    app.add_routes(access.requires(access.DEVICE, *_calls(collector, gate, agents)))
    app.add_routes(_views(collector))
    app.add_routes(ProblemCalls(collector.store).routes())
    chromebook.serve(app, settings.chromebooks)
    put_door(app, collector.store, settings.access, gate.addresses, gate.limits, site.render)
    probes = probe_routes(collector.store, collector.commit)
    app.add_routes(access.requires(access.OPEN, *probes, unknown_calls()))
    check_routes(app)
    app.cleanup_ctx.append(_store)
    app.cleanup_ctx.append(_committing)
    serve_tickets(app, settings, collector.store, collector.registry, collector.fleet)
    app.cleanup_ctx.append(_running(_keep_leases))
    app.cleanup_ctx.append(_running(_follow_others))
    app.cleanup_ctx.append(_running(_follow_revocations))
    app.cleanup_ctx.append(_running(_keep_forgetting))
    app.cleanup_ctx.append(_running(_keep_quarantine))
    app.cleanup_ctx.append(_running(_keep_presence))
    app.cleanup_ctx.append(_running(_keep_remote_write))
    app.cleanup_ctx.append(_running(_keep_satellites))
    app.cleanup_ctx.append(_running(_keep_memory))
    app.cleanup_ctx.append(_running(_keep_history))
    app.cleanup_ctx.append(_running(_keep_calendars))
    app.cleanup_ctx.append(_running(_keep_topology))
    app.cleanup_ctx.append(_running(_keep_google))
    app.cleanup_ctx.append(_running(_keep_lines))
    app.cleanup_ctx.append(_running(_keep_access))
    app.cleanup_ctx.append(_running(_keep_problems))
    app.cleanup_ctx.append(_running(_keep_decided))
    app.cleanup_ctx.append(_running(_keep_letters))
    app.cleanup_ctx.append(_running(_polling(TargetFiles(settings.snmp, os.environ)), vital=True))
    return app


def _collector(settings: Settings, registry: CollectorRegistry, clock: Clock) -> Collector:
    store = Store(settings.store.url)
    calendars = keeper_of(settings, store)
    fleet = Fleet(
        settings.freshness.freshness(), settings.presence.policy(), calendars.book(), settings.bandwidth.policy()
    )
    measures, days, keyring = Measures(registry), SchoolDays(settings.timezone), Keyring(store)
    wire = Wire()
    google = GoogleFacts(wire)
    ends = ModelEnds(network_support(settings.decisions.policies().refresh))
    dated = UpdatesByModel(fleet, ends)
    quarantine = Quarantine(settings.enrolment.policy(google_is_read=settings.google.key_file is not None), dated)
    commit = GroupCommit(
        store,
        days_of=days.of,
        on_news=telling(quarantine, google),
        measures=measures,
        capacity=settings.ingest.queue_reports,
        most_at_once=settings.ingest.reports_per_commit,
        oldest_seconds=settings.ingest.late_reports,
        sampling=settings.history.sampling(),
        pass_on=passing_on(quarantine, settings.remote_write.names()),
    )
    most = settings.ingest.max_reports_per_request
    agents = settings.agents
    policy, counters = agents.throughput.policy(), ThroughputMeasures(registry)
    ledger = Ledger(policy, settings.timezone, counters, retry_after_seconds=agents.interval, clock=clock)
    if not settings.store.url.startswith("sqlite"):  # whose database no other process shares
        ledger.leases = LineLeases(commit, ledger.begin_anew, clock=clock)
    serial_of, enrolment = partial(quarantine.serial_of, fleet.member), settings.enrolment
    letting_in = (serial_of, enrolment.keys_per_device, enrolment.protection())
    intake = Intake(commit, keyring, wire, measures, Campus(), quarantine, most, ledger, *letting_in, clock)
    waiting = QuarantineKeeper(quarantine, store, commit, wire, registry, keyring.forget_devices)
    problems = ProblemService(fleet, store, problem_settings.load(settings.rules.file), registry, settings.timezone)
    satellites, known = SatelliteService.made(intake, store, registry, settings), (settings, store, registry, fleet)
    leases = Leases(store, settings.replicas, registry)
    board = BoardKeeper()
    letters = letters_of(settings, store, registry, fleet, calendars, board)
    rest: dict[str, Any] = {"satellites": satellites, "leases": leases, "clock": clock, "board": board}
    rest |= {"pages": PageCheck(store), "ends": ends}
    return Collector(
        *known, measures, keyring, commit, intake, days, calendars, google, waiting, problems, letters=letters, **rest
    )


def _views(collector: Collector) -> list[web.RouteDef]:
    settings = collector.settings
    scheme_of = Addresses(settings.listen.trusted_proxies).scheme
    return site.routes(
        collector.fleet,
        collector.registry,
        settings.metrics,
        store=collector.store,
        zone=settings.timezone,
        scheme_of=scheme_of,
        newest=lambda: collector.board.newest,
        clock=collector.clock,
        waiting=collector.intake.quarantine.counts,
    )


async def _keep_remote_write(collector: Collector) -> None:
    """Send every sample on, where the configuration says to whom."""
    read, settings = collector.intake.wire.report, collector.settings.remote_write
    await keep_writing(settings, collector.store, collector.commit, collector.fleet, read, collector.registry)


async def _keep_satellites(collector: Collector) -> None:
    await collector.satellites.keep()


def _gate(collector: Collector) -> Gate:
    limits, measures = collector.settings.limits, collector.measures
    return Gate(
        collector.keyring,
        Addresses(collector.settings.listen.trusted_proxies),
        Limits(
            Limit(limits.device), Limit(limits.reader), Limit(limits.address), Limit(limits.failure), measures.limited
        ),
    )


def _agents(collector: Collector, gate: Gate) -> AgentCalls:
    settings, intake = collector.settings, collector.intake
    renewal = Renewal(intake.commit, intake.keyring, gate, settings.enrolment.key_lifetime, collector.clock)
    return AgentCalls(intake, gate, renewal, settings.agents.told(), settings.ingest.max_body_bytes)


def _calls(collector: Collector, gate: Gate, agents: AgentCalls) -> list[web.RouteDef]:
    throughput = ThroughputCalls(collector.intake.ledger, gate, collector.intake.campus)
    return [*agents.routes(), *throughput.routes(), *collector.satellites.routes(gate)]


async def _store(app: web.Application) -> AsyncIterator[None]:
    """Open the store, take over the register of schools, and rebuild what is held in memory."""
    collector = app[COLLECTOR]
    try:
        await collector.store.upgrade_when_it_answers(check=collector.settings.store.check)
        if collector.settings.store.check:
            collector.pages.begin_if_small()
        await sync_schools(collector.store, collector.settings)
        with made_to_last():
            await _remember(collector)
        if collector.settings.store.check:
            collector.pages.begin()
        collector.pages.raise_if_damaged()
        yield
    finally:
        await collector.pages.end()
        await collector.store.close()


async def _remember(collector: Collector) -> None:
    """Rebuild what is held in memory."""
    await collector.quarantine.load()
    await collector.problems.keeper.recall(collector.clock())
    collector.fleet.use_calendars(await collector.calendars.recall(collector.clock()))
    intake, ear = collector.intake, collector.problems.keeper.watch.ear(collector.clock())
    hear = Hearers(intake.quarantine, collector.put_school, collector.google.put)
    memory = Memory(collector.store, intake.wire, hear, collector.ends, ear, collector.settings.log)
    await collector.keyring.load(await memory.rebuild())


async def _committing(app: web.Application) -> AsyncIterator[None]:
    """Run the writer; at the end, write what still waits."""
    commit = app[COLLECTOR].commit
    task = asyncio.create_task(commit.run(), name="group commit")
    watch(task, app[CRIPPLED], vital=True)
    yield
    commit.close()
    await asyncio.wait([task])


async def _keep_memory(_collector: Collector) -> None:
    await keep_giving_back()


async def _keep_leases(collector: Collector) -> None:
    await collector.leases.run()


async def _follow_others(collector: Collector) -> None:
    intake = collector.intake
    hear = partial(retell, wire=intake.wire, audience=intake.quarantine, on_google=collector.google.put)
    follow = Follower(collector.store, intake.quarantine.put_device, hear, collector.registry, collector.clock)
    await follow.run()


async def _follow_revocations(collector: Collector) -> None:
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            await collector.keyring.drop_revoked()
        except CollectorError as error:
            _log.warning("revoked keys not read: %s", error)
        collector.measures.keys.set(len(collector.keyring))


async def _keep_history(collector: Collector) -> None:
    """Look after the history, not before the first reports are in."""

    def calendars() -> list[tuple[str, SchoolCalendar]]:
        return [(state.school.school_id, state.calendar) for state in collector.fleet.schools]

    retention = collector.settings.history.retention()
    upkeep = Upkeep(collector.store, collector.commit, calendars, retention)
    while True:
        await asyncio.sleep(_HISTORY_WAIT_SECONDS)
        try:
            if collector.leases.holds("history"):
                await upkeep.look_after(collector.clock())
        except CollectorError as error:
            _log.warning("history not looked after: %s", error)
        await asyncio.sleep(EVERY_SECONDS)


async def _keep_presence(collector: Collector) -> None:
    """Let time pass in the fleet: who has been silent for how long."""
    await keep_current(collector.fleet, collector.clock, max(1.0, collector.clock.real(PRESENCE_EVERY_SECONDS)))


async def _keep_calendars(collector: Collector) -> None:
    """Read calendar feeds now and then, and hear soon of days that are called off."""
    keeper, every = collector.calendars, collector.calendars.refresh_seconds
    read_at = Gauge(
        "homeroom_calendar_feed_read_timestamp_seconds",
        "When a calendar feed was last read, by its place in the calendar file.",
        ["feed"],
        registry=collector.registry,
    )
    next_reading = 0.0
    while True:
        try:
            if time.monotonic() >= next_reading:
                next_reading = time.monotonic() + every
                ours = collector.leases.holds("calendar feeds")
                read = keeper.refresh if ours else keeper.recall
                collector.fleet.use_calendars(await read(collector.clock()))
                for feed, moment in keeper.read_at.items():
                    read_at.labels(feed).set(moment)
            elif await keeper.look_for_closures():
                collector.fleet.use_calendars(keeper.book())
        except CollectorError as error:
            _log.warning("calendars not looked after: %s", error)
        await asyncio.sleep(_CLOSURES_EVERY_SECONDS)


async def _keep_topology(collector: Collector) -> None:
    """Draw the topology anew, often at first, then at most once a minute, when gear tells of other neighbours."""
    pause, longest = _TOPOLOGY_EVERY_SECONDS
    while True:
        if collector.fleet.network_changed:
            try:
                await draw_topology(collector)
            except CollectorError as error:
                collector.fleet.network_changed = True
                _log.warning("topology not drawn: %s", error)
            pause = min(2 * pause, longest)
        await asyncio.sleep(pause)


async def draw_topology(collector: Collector) -> None:
    """Draw the topology of all gear from what the store knows of it, also of gear that does not answer."""
    fleet = collector.fleet
    fleet.network_changed = False  # what is told while we draw is for the next drawing
    found = await polled(collector.store, collector.intake.wire, keep=True)
    outlines = [each.outline for each in found]
    kinds = ((each.device_id, each.gear.identity) for each in outlines)
    fleet.recall_kinds({device_id: identity.kind for device_id, identity in kinds if identity and identity.kind})
    wan = await asyncio.to_thread(wan_ports, collector.settings.snmp)
    fleet.use_network(await asyncio.to_thread(draw_network, outlines, wan))


async def _keep_quarantine(collector: Collector) -> None:
    """Let in who may come in by now: an inventory lists it, a rule fits, or a person accepted it."""
    await collector.quarantine.run(collector.clock)


async def _keep_lines(collector: Collector) -> None:
    """Share the schools' lines with other replicas, where there may be some."""
    leases = collector.intake.ledger.leases
    if isinstance(leases, LineLeases):
        await leases.run()


async def _keep_forgetting(collector: Collector) -> None:
    """Let go of devices that a command has made the store forget, wherever something of them is in memory."""
    quarantine, problems = collector.intake.quarantine, collector.problems.keeper
    let_go = (quarantine.remove_device, collector.google.forget, collector.keyring.forget_device, problems.forget)

    def held() -> list[str]:
        return [*collector.fleet.device_ids(), *quarantine.known()]

    async def afterwards() -> None:
        collector.board.forget(now := time.time())
        await decision_worker(collector).work(now)

    await Forgetting(collector.store, collector.commit, held, let_go, afterwards).run()


async def _keep_google(collector: Collector) -> None:
    """Bring in what Google knows of Chromebooks, where a key is set."""
    settings, wire = collector.settings.google, collector.intake.wire
    if settings.key_file is None:
        return
    measures = GoogleMeasures(collector.registry)
    teller = Teller(collector.intake.quarantine, collector.google, wire, measures)
    sync = partial(keep_synced, settings, collector.commit.perform, wire, teller, measures)
    await collector.leases.while_held("google", sync)


async def _keep_decided(collector: Collector) -> None:
    """Work out standards, plan and comparisons now and then."""
    await keep_decided(decision_worker(collector), DecisionMeasures(collector.registry))


def decision_worker(collector: Collector) -> Worker:
    """Who works out what the collector's board shows."""
    settings = collector.settings
    return Worker(
        store=collector.store,
        settings=settings.decisions,
        zone=ZoneInfo(settings.timezone),
        wan=lambda: collector.fleet.network.wan,
        keeper=collector.board,
        devices=collector.fleet.devices,
    )


async def _keep_letters(collector: Collector) -> None:
    """Send digests and reports, where the configuration names a mail server."""
    if collector.letters is not None:
        await collector.leases.while_held("letters", partial(collector.letters.run, collector.clock))


async def _keep_access(collector: Collector) -> None:
    await keep_tidy(collector.store, collector.settings.access.audit)


async def _keep_problems(collector: Collector) -> None:
    """Look what is wrong, and keep it."""
    folder = store_folder(collector.settings.store.url)

    def about_us(now: float) -> Itself:
        read_at = collector.calendars.read_at.values()
        return Itself(
            unpolled_ratio=unpolled_ratio(collector.fleet),
            queue_ratio=collector.commit.fullness_ratio,
            free_disk_ratio=free_disk_ratio(folder),
            calendar_age_seconds=now - min(read_at) if read_at else None,
            satellites=collector.satellites.register.heard_at(),
        )

    await collector.problems.run(about_us, collector.clock)


def _polling(gear: TargetFiles) -> Callable[[Collector], Coroutine[Any, Any, None]]:
    async def poll(collector: Collector) -> None:
        """Follow the network gear that the configuration and its target files name."""
        clock = collector.clock
        sink = NetworkSink(collector.commit, collector.intake.wire, collector.fleet.put_device, clock=clock)
        targets = SharedTargets(gear, collector.leases, first_poll_within=collector.settings.replicas.catch_up)
        if collector.store.shared:  # before any is ours, so that it can be polled as soon as it is
            await register_all(gear.targets, sink)
        memory = MannerStore(collector.store)
        async with asyncio.TaskGroup() as group:
            group.create_task(targets.follow_files())
            await poll_network(gear.settings, targets.targets(), sink, collector.registry, memory, clock)

    return poll
