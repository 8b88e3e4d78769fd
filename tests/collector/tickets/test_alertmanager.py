"""Notifications are on disk before the answer; what is gone is believed only under a watchdog."""

from __future__ import annotations

import io
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client import CollectorRegistry

from alertmanager import WATCHDOG, Alertmanager, alert, program, running
from collector.collecting import Running, collecting, settings_at
from free_ports import free_port
from homeroom_collector.access.roles import Grant, Role, encode
from homeroom_collector.config import TicketFile
from homeroom_collector.rules.alerts import BLIND
from homeroom_collector.store import Store, alerts, api_tokens, open_store
from homeroom_collector.tickets.alertmanager.measures import AlertMeasures
from homeroom_collector.tickets.alertmanager.payload import UnreadableError, from_api, from_webhook
from homeroom_collector.tickets.alertmanager.settings import AlertmanagerSettings
from homeroom_collector.tickets.alertmanager.source import AlertSource
from homeroom_collector.tickets.source import Look
from stack import until

ROUTES = Path(__file__).parents[3] / "configs" / "alertmanager" / "alertmanager.yml"
UPLINK = alert("UplinkDown")
SWITCH = alert("SwitchDown", incident="switch_down", scope="device")
TICKETS = {
    "desk": "request_tracker",
    "request_tracker": {"url": "http://127.0.0.1:9", "token": {"env": "PATH"}, "queue": "Q"},
}


def notification(*fingerprints: str, status: str = "firing", **labels: str) -> bytes:
    rows = [
        {
            "status": status,
            "labels": UPLINK["labels"] | labels,
            "annotations": {"summary": "down"},
            "startsAt": "2026-11-22T02:49:10.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "",
            "fingerprint": each,
        }
        for each in fingerprints
    ]
    return json.dumps({"version": "4", "status": status, "receiver": "x", "alerts": rows, "newer": 1}).encode()


@pytest.fixture
async def running_collector(tmp_path: Path) -> AsyncIterator[Running]:
    (tmp_path / "tickets.yml").write_text(json.dumps(TICKETS))
    async with collecting(settings_at(tmp_path, tickets=TicketFile(file=tmp_path / "tickets.yml"))) as collector:
        yield collector


async def _post(collector: Running, body: bytes, role: Role | None = Role.ALERTS) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    if role is not None:
        headers["Authorization"] = f"Bearer {await _token(collector, role)}"
    async with collector.http.post(f"{collector.url}/api/v1/alerts", data=io.BytesIO(body), headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def _token(collector: Running, role: Role) -> str:
    return await collector.collector.store.write(
        lambda connection: api_tokens.create(
            connection, grants=encode([Grant(role)]), label="test", now=time.time(), expires_at=None
        )
    )


async def test_an_alert_is_on_disk_before_the_answer(running_collector: Running):
    status, _ = await _post(running_collector, notification("a"))
    assert status == 200
    bodies = await running_collector.rows("SELECT body FROM alert_inbox")
    assert bodies == [(notification("a"),)]


async def test_three_thousand_alerts_are_more_than_agents_may_send_and_are_taken(running_collector: Running):
    body = notification(*(f"{number:016x}" for number in range(5_000)))
    assert len(body) > running_collector.collector.settings.ingest.max_request_bytes
    assert (await _post(running_collector, body))[0] == 200


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"version": "3", "alerts": []}', b"\xff", b'{"version": 4}'])
async def test_what_is_no_notification_is_refused_in_words(running_collector: Running, body: bytes):
    status, answer = await _post(running_collector, body)
    assert status == 400
    assert answer["detail"]


async def test_only_a_token_for_alerts_may_send_them(running_collector: Running):
    assert (await _post(running_collector, notification("a"), None))[0] == 401
    assert (await _post(running_collector, notification("a"), Role.SCRAPER))[0] == 403


async def test_without_a_help_desk_alerts_are_refused_in_words(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as collector:
        status, answer = await _post(collector, notification("a"))
    assert status == 404
    assert "no help desk" in answer["detail"]


def test_an_answer_of_another_program_is_not_taken_for_alerts():
    for body in (b"<html>", b'{"status": "success"}', b'[{"labels": {}}]'):
        with pytest.raises(UnreadableError):
            from_api(body)
    assert [each.fingerprint for each in from_webhook(notification("a", "b"))] == ["a", "b"]


class Watching:
    """A source over a real store, with time passing as the test says."""

    def __init__(self, store: Store, session: aiohttp.ClientSession, url: str | None) -> None:
        settings = AlertmanagerSettings(url=url, poll=30, settle=360, timeout=30)
        self.registry, self.now = CollectorRegistry(), time.time() + 10
        measures = AlertMeasures(self.registry)
        self.source = AlertSource(
            store=store, settings=settings, hold_seconds=600, session=session, headers={}, measures=measures
        )
        self.store = store

    async def after(self, seconds: float) -> Look:
        end, look = self.now + seconds, None
        while self.now < end or look is None:
            self.now += min(31, max(1, end - self.now))
            look = await self.source.look(self.now)
        return look

    async def send(self, body: bytes) -> None:
        await self.store.write(lambda connection: alerts.receive(connection, body, self.now))

    async def keys(self, seconds: float = 31) -> list[str]:
        return [each.key for each in (await self.after(seconds)).incidents]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[Store, aiohttp.ClientSession]]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store, aiohttp.ClientSession() as session:
        yield store, session


@pytest.fixture
def manager(tmp_path: Path):
    if program() is None:
        pytest.skip("needs Alertmanager; install it with: make tools")
    with running(tmp_path, {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}) as server:
        yield server


async def test_what_is_sent_is_an_incident_and_never_over_where_nobody_can_be_asked(opened: Any):
    watching = Watching(*opened, None)
    await watching.send(notification("a"))
    assert await watching.keys() == ["lincoln/uplink_down/-"]
    await watching.send(notification("a", status="resolved"))
    look = await watching.after(4000)
    assert (look.incidents, look.complete) == ((), False)


async def test_what_cannot_be_read_is_set_aside_and_counted(opened: Any):
    watching = Watching(*opened, None)
    await watching.send(b"nonsense")
    await watching.send(notification("a"))
    assert await watching.keys() == ["lincoln/uplink_down/-"]
    assert watching.registry.get_sample_value("homeroom_alert_inbox_unreadable") == 1
    assert watching.registry.get_sample_value("homeroom_alert_inbox_waiting") == 0


async def test_absence_is_believed_only_when_the_watchdog_was_there_for_long_enough(opened: Any, manager: Alertmanager):
    watching = Watching(*opened, manager.url)
    manager.send([WATCHDOG, alert("UplinkDown")])
    assert not (await watching.after(300)).complete
    assert (await watching.after(120)).complete


async def test_a_resolve_that_was_never_sent_is_found_by_asking(opened: Any, manager: Alertmanager):
    watching = Watching(*opened, manager.url)
    down = [alert("UplinkDown")]
    manager.send([WATCHDOG, *down])
    await watching.send(notification("a"))  # a fingerprint that Alertmanager does not show: it never said it was over
    assert await watching.keys() == ["lincoln/uplink_down/-"]
    manager.send(down, resolved=True)
    await until(lambda: _shown(watching, manager, 1), 30, "the end of the alert")
    assert await watching.keys(100) == []


async def _shown(watching: Watching, manager: Alertmanager, count: int) -> bool | None:
    async with watching.source.session.get(f"{manager.url}/api/v2/alerts") as answer:
        return True if len(await answer.json()) == count else None


async def test_an_alert_that_was_never_sent_to_us_is_found_too(opened: Any, manager: Alertmanager):
    watching = Watching(*opened, manager.url)
    manager.send([WATCHDOG, alert("UplinkDown"), alert("UplinkDown", school="adams")])
    assert await watching.keys() == ["adams/uplink_down/-", "lincoln/uplink_down/-"]


async def test_a_silence_makes_an_incident_quiet(opened: Any, manager: Alertmanager):
    watching = Watching(*opened, manager.url)
    manager.send([WATCHDOG, alert("UplinkDown")])
    start, end = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
    matcher = {"name": "school", "value": "lincoln", "isRegex": False, "isEqual": True}
    silence = {"matchers": [matcher], "startsAt": start, "endsAt": end, "createdBy": "us", "comment": "cables"}
    async with watching.source.session.post(f"{manager.url}/api/v2/silences", json=silence) as answer:
        assert answer.status == 200

    async def quiet() -> bool | None:
        look = await watching.after(31)
        return True if [each.quiet for each in look.incidents] == [True] else None

    await until(quiet, 30, "a quiet incident")


async def test_a_dead_prometheus_is_told_of_and_nothing_is_believed_to_be_over(opened: Any, manager: Alertmanager):
    watching = Watching(*opened, manager.url)
    manager.send([WATCHDOG, alert("UplinkDown")])
    assert (await watching.after(500)).complete
    manager.send([WATCHDOG, alert("UplinkDown")], resolved=True)
    await until(lambda: _shown(watching, manager, 0), 30, "an empty Alertmanager")
    assert not (await watching.after(100)).complete
    look = await watching.after(1000)
    assert not look.complete
    assert [each.kind for each in look.incidents] == [BLIND]
    manager.send([WATCHDOG])
    look = await watching.after(500)
    assert look.complete
    assert look.incidents == ()


@pytest.fixture
async def explained(opened: Any, tmp_path: Path) -> AsyncIterator[tuple[Watching, Alertmanager]]:
    """An uplink and a switch that it explains, by the rules of configs/alertmanager, under a watchdog of an hour."""
    if program() is None:
        pytest.skip("needs Alertmanager; install it with: make tools")
    rules = yaml.safe_load(ROUTES.read_text(encoding="utf-8"))["inhibit_rules"]
    config = {"route": {"receiver": "none"}, "receivers": [{"name": "none"}], "inhibit_rules": rules}
    with running(tmp_path, config) as manager:
        watching = Watching(*opened, manager.url)
        manager.send([WATCHDOG, UPLINK, SWITCH])
        assert await watching.keys(3600) == ["lincoln/uplink_down/-"]
        yield watching, manager


async def _uplink_over(watching: Watching, manager: Alertmanager) -> None:
    """The cause is not there any more, and the switch is sent to us at once."""
    manager.send([UPLINK], resolved=True)
    await until(lambda: _shown(watching, manager, 2), 30, "the end of the cause")
    async with watching.source.session.get(f"{manager.url}/api/v2/alerts") as answer:
        [switch] = [each for each in await answer.json() if each["labels"]["alertname"] == "SwitchDown"]
    await watching.send(notification(switch["fingerprint"], **SWITCH["labels"]))


async def test_an_effect_that_outlasts_its_cause_is_an_incident_when_that_has_held(explained: Any):
    await _uplink_over(*explained)
    watching, _ = explained
    assert await watching.keys(590) == []
    assert await watching.keys(62) == ["lincoln/switch_down/-"]


async def test_when_prometheus_dies_an_effect_that_runs_out_after_its_cause_is_no_incident(explained: Any):
    watching, manager = explained
    await _uplink_over(watching, manager)
    assert await watching.keys(100) == []
    manager.send([WATCHDOG], resolved=True)
    await until(lambda: _shown(watching, manager, 1), 30, "the end of the watchdog")
    assert await watching.keys(800) == []
    manager.send([SWITCH], resolved=True)
    assert [each.kind for each in (await watching.after(600)).incidents] == [BLIND]


async def test_an_alertmanager_that_is_away_is_told_of_with_the_reason(opened: Any):
    watching = Watching(*opened, f"http://127.0.0.1:{free_port()}")
    look = await watching.after(1100)
    [blind] = look.incidents
    assert blind.kind == BLIND
    assert "127.0.0.1" in blind.evidence[0]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_all_clocks_is_refused_and_not_a_fault_of_ours(moment: str):
    alert = {"status": "firing", "labels": {}, "annotations": {}, "startsAt": moment, "fingerprint": "x"}
    body = json.dumps({"version": "4", "alerts": [alert]}).encode()
    try:
        (read,) = from_webhook(body)
    except UnreadableError:
        return
    assert -1e11 < read.started_at < 1e12
