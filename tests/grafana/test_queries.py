"""Every question the dashboards ask is put to a real Prometheus that scraped the simulated district."""

import json
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from collector.decisions.made_up import of_everything, schools
from free_ports import free_port
from homeroom_collector.decisions.newest import Decided
from homeroom_collector.demo import plan
from homeroom_collector.demo.gear import answering
from homeroom_collector.demo.plan import Places
from homeroom_collector.demo.processes import Children
from homeroom_collector.demo.tokens import make_tokens
from homeroom_collector.fleet import Fleet
from homeroom_collector.fleet.traffic import Load
from homeroom_collector.fleet.wan import Rate
from homeroom_collector.ingest.satellite_register import SatelliteRegister
from homeroom_collector.model import School
from homeroom_collector.problems.measures import ProblemMeasures
from homeroom_collector.rules.problem import Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State
from homeroom_collector.rules.ticket import Action
from homeroom_collector.simulate.district import District, build
from homeroom_collector.sources.google.measures import GoogleMeasures
from homeroom_collector.store import Store
from homeroom_collector.store.problem_times import Waits
from homeroom_collector.store.satellites import Satellite
from homeroom_collector.store.ticket_desks import DeskState
from homeroom_collector.tickets.measures import TicketMeasures
from homeroom_collector.views.metrics.routes import routes
from homeroom_collector.views.metrics.settings import MetricsSettings
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures
from homeroom_dashboards.write import FOLDER
from letting_in import letting_in
from stack import Stack, tool, until

LAPTOPS = 30
FILLED_SECONDS = 45
CONFIGURATION = FOLDER.parents[1] / "configs" / "prometheus" / "prometheus-schools.yml"
# Those of tickets are there where a help desk is named only, and are told of there.
PAGES = [(FOLDER.parents[1] / "docs" / name).read_text() for name in ("metrics.md", "tickets.md")]
DOCUMENTED = set(re.findall(r"`(homeroom_\w+)[`{]", "".join(PAGES)))
# What Grafana would put in: everything chosen, a short time shown.
CHOSEN = {
    "$__rate_interval": "20s",
    "$__range": "30s",
    "$school": ".*",
    "$grade_band": ".*",
    "$device": ".*",
}


def chosen(expression: str) -> str:
    for variable, value in CHOSEN.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression, expression
    return expression


@dataclass(frozen=True)
class Question:
    """An expression, who asks it, and the labels that a legend or a table shows of the answer."""

    where: str
    expression: str
    shown: frozenset[str] = frozenset()
    only: bool = False

    def fits(self, rows: list[Any]) -> bool:
        """Whether the answer has what is shown. A column that a table does not name would stand in it all the same."""
        if self.only:
            return all(row["metric"].keys() <= self.shown for row in rows)
        return all(self.shown <= row["metric"].keys() for row in rows)


def of_panel(where: str, panel: dict[str, Any]) -> Iterator[Question]:
    is_table = panel["type"] == "table"
    named = {field["matcher"]["options"] for field in panel["fieldConfig"]["overrides"]}
    for target in panel["targets"]:
        legend = set(re.findall(r"{{(\w+)}}", target.get("legendFormat", "")))
        asker = f"{where} {target['refId']}"
        yield Question(asker, chosen(target["expr"]), frozenset(named if is_table else legend), only=is_table)


def questions() -> Iterator[Question]:
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text())
        for panel in dashboard["panels"]:
            if panel["type"] != "row":
                yield from of_panel(f"{path.stem} / {panel['title']}", panel)
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()
                yield Question(f"{path.stem} / ${variable['name']}", f"group by ({label}) ({chosen(selector)})")


def patient_school() -> Fleet:
    """A school as it is after hours of instruction, which no test has the time for."""
    fleet = Fleet()
    fleet.put_school(School(school_id="patient", name="P", enrollment_students=1, bandwidth_contracted_bps=8))
    fleet.refresh(0.0)
    (state,) = fleet.schools
    state.uptime = {"computer": 0.99, "network": 1.0}
    state.wan.take("core", [Load(8.0, 8.0, None)], 0.0, in_session=True)
    state.wan.percentile = Rate(8.0, 8.0)
    for school in schools(4):
        fleet.put_school(school)
    return fleet


def connected() -> CollectorRegistry:
    """What a collector says of itself that reads from and writes to elsewhere, and has a satellite."""
    registry, now = CollectorRegistry(), time.time()
    written = RemoteWriteMeasures(registry)
    for result in ("sent", "refused"):
        written.samples.labels("main", result).inc()
    written.lost.labels("main", "age").inc()
    for gauge in (written.lag, written.queued):
        gauge.labels("main").set(1)
    GoogleMeasures(registry).complete_at.set(now)
    read_at = Gauge("homeroom_calendar_feed_read_timestamp_seconds", "Read.", ["feed"], registry=registry)
    read_at.labels("1").set(now)
    SatelliteRegister(Store("sqlite:///never-opened.db"), registry).heard(closet(), now)
    troubled(registry, now)
    return registry


def troubled(registry: CollectorRegistry, now: float) -> None:
    """Let a collector know a problem, how long such took so far, and a help desk."""
    key = key_of("patient", "switch_down", "core")
    problem = Problem(
        key=key, school="patient", kind="switch_down", subject="core", severity=Severity.CRITICAL, summary="It is down."
    )
    rows = {key: Row(problem=problem, state=State.OPEN, pending_at=now, opened_at=now)}
    ProblemMeasures(registry, lambda: rows).waits = [Waits("patient", 1, 1, 60.0, 1, 3_600.0)]
    tickets = TicketMeasures(registry)
    tickets.done(Action.CREATE)
    tickets.show([], DeskState(desk="rt"), now)


def closet() -> Satellite:
    told = {"lost_reports": 0, "waiting_reports": 1, "targets": 1, "answering": 1, "poll_busy_ratio": 0.01}
    known = {"number": 1, "name": "closet", "school_id": "patient", "key_id": None, "key_sha256": None}
    times = dict.fromkeys(("created_at", "enrolled_at", "contact_at", "measured_at"), 1.0)
    return Satellite(**known, **times, **told)  # type: ignore[arg-type]


@pytest.fixture
async def patient() -> AsyncIterator[str]:
    """Address of the same exposition over ``patient_school``, with decisions of which there is something everywhere."""
    app = letting_in()
    decided = Decided(of_everything(), 0.0, 1)
    app.add_routes(routes(patient_school(), connected(), MetricsSettings(), lambda: decided))
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"127.0.0.1:{port}"
    await runner.cleanup()


def hasten(places: Places, patient: str) -> None:
    """Make the demo's files those of a hurried district: polls and scrapes every second or two."""
    collector = json.loads(places.collector.read_text())
    collector["snmp"]["interval"] = 2
    places.collector.write_text(json.dumps(collector))
    text = CONFIGURATION.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{places.port}").replace("60s", "1s")
    places.prometheus.write_text(text + f"\n  - {{job_name: patient, static_configs: [{{targets: ['{patient}']}}]}}\n")


async def start(stack: Stack, district: District, places: Places) -> None:
    """Start what the demo starts, in its order, this machine's agent left out."""

    async def python(name: str, *arguments: str, stdin: str = "") -> None:
        await stack.children.start(name, [sys.executable, "-m", *arguments], stdin=stdin)

    await python("collector", "homeroom_collector", "serve", "--config", str(places.collector))
    await until(stack._ready, 30, "a ready collector")
    audiences = sorted({(laptop.school_id, laptop.grade_band) for laptop in district.laptops})
    tokens = await make_tokens(places.collector, audiences)
    options = (places.url, "--laptops", str(LAPTOPS), "--interval", "2")
    lines = json.dumps([[*audience, token] for audience, token in tokens.items()])
    await python("laptops", "homeroom_collector.simulate.laptops", *options, stdin=lines)
    await stack.children.start("prometheus", [tool("prometheus"), *plan.prometheus_options(places)])


@pytest.mark.slow
async def test_every_question_has_an_answer_and_asks_only_for_documented_metrics(tmp_path: Path, patient: str):
    places = Places(folder=tmp_path, port=free_port(), snmp_port=free_port(), prometheus_port=free_port())
    district = build(laptops=LAPTOPS)
    plan.write(district, places)
    hasten(places, patient)
    children, answers = Children(tmp_path / "logs"), ExitStack()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            stack = Stack(tmp_path, children, http, places.port)
            answers.enter_context(answering(district, places.snmp_port))
            await start(stack, district, places)
            unanswered = list(questions())
            prometheus = f"http://127.0.0.1:{places.prometheus_port}"

            async def answered() -> bool | None:
                children.check()
                for question in list(unanswered):
                    if rows := await ask(http, prometheus, question.expression):
                        assert question.fits(rows), (question, rows[0]["metric"])
                        unanswered.remove(question)
                return None if unanswered else True

            try:
                await until(answered, FILLED_SECONDS, "an answer to every question")
            except pytest.fail.Exception:
                pytest.fail("no data for:\n" + "\n".join(f"{q.where}: {q.expression}" for q in unanswered))
            exported = await own_names(http, prometheus)
            assert not await ask(http, prometheus, "count by (school) (homeroom_school_info) > 1"), "scraped twice"
    finally:
        await children.stop()
        answers.close()
    asked = {name for q in questions() for name in re.findall(r"\b(?:homeroom|process)_\w+", q.expression)}
    assert asked - {name for name in asked if name.removesuffix("_bucket") in DOCUMENTED} <= exported


async def ask(http: aiohttp.ClientSession, prometheus: str, expression: str) -> list[Any]:
    """Rows of the answer; none while Prometheus still starts. An expression that does not parse fails the test."""
    try:
        async with http.post(f"{prometheus}/api/v1/query", data={"query": expression}) as answer:
            if answer.status == 503:
                return []
            found = await answer.json()
    except aiohttp.ClientConnectionError:
        return []
    assert found["status"] == "success", f"{expression}: {found['error']}"
    rows: list[Any] = found["data"]["result"]
    return [row for row in rows if row["value"][1] != "NaN"]


async def own_names(http: aiohttp.ClientSession, prometheus: str) -> set[str]:
    """Names that the collector exports of itself: they belong to no school."""
    query = {"match[]": '{job="homeroom", school=""}'}
    async with http.get(f"{prometheus}/api/v1/label/__name__/values", params=query) as answer:
        return set((await answer.json())["data"])
