"""The extension as a school has it: force-installed by policy in a real browser, reporting to a real collector."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from aiohttp import web

from chromebook.conftest import District
from homeroom_agent.report import from_wire
from homeroom_collector.demo.tokens import make_tokens
from stack import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

BROWSERS_OWN = (".google.com", ".googleapis.com", ".gvt1.com", ".gstatic.com")
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "report-v1.json"


async def reported(district: District, count: int) -> list[dict[str, Any]]:
    """Wait until the collector has taken this many reports."""

    async def enough() -> list[dict[str, Any]] | None:
        taken = district.relay.taken()
        return taken if len(taken) >= count else None

    return await until(enough, 30, f"{count} reports")


def strangers(district: District) -> list[str]:
    """Whom the browser called beside the collector, leaving out the browser's own services."""
    hosts = {urlsplit(each.url.replace("connect:", "//")).hostname or each.url for each in district.relay.seen}
    return sorted(host for host in hosts if host != "127.0.0.1" and not host.endswith(BROWSERS_OWN))


async def waiting(district: District, count: int) -> None:
    """Wait until at least this many reports lie in the spool; the alarm of the start may go off by itself, too."""

    async def look() -> bool | None:
        spool = await district.browser.stored("spool")
        return True if spool and len(spool["queue"]) >= count else None

    await until(look, 20, f"{count} reports in the spool")


def assert_once_and_in_order(district: District) -> None:
    numbers = [report["sequence"] for report in district.relay.taken()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert district.relay.duplicates() == 0


async def test_every_report_of_a_day_without_collector_arrives_once_and_in_order(district: District):
    await district.begin()
    await district.browser.report()
    first, *_ = await reported(district, 1)
    assert first["identity"]["platform"] == "linux"

    await district.close()
    for count in range(1, 4):
        await district.browser.report()
        await waiting(district, count)
    await district.browser.settled()
    await district.browser.end(signal.SIGKILL)
    await district.browser.start(district.children)
    await district.browser.ready()
    await district.browser.report()
    await waiting(district, 4)
    await district.open()
    await district.browser.ask("chrome.storage.local.remove('standing').then(() => true)")  # the wait is over
    await district.browser.report()
    taken = await reported(district, 6)

    assert_once_and_in_order(district)
    moments = [report["measured_at"] for report in taken]
    assert moments == sorted(moments)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for report in taken:
        jsonschema.validate(report, schema, cls=jsonschema.Draft202012Validator)
        from_wire(report)

    extensions = [each for each in district.relay.seen if "chrome-extension" in str(each.headers)]
    assert extensions
    assert all(each.url.startswith(f"{district.stack.url}/api/v1/") for each in extensions)
    assert all("Cookie" not in each.headers for each in extensions)
    assert strangers(district) == []
    echoes = [each.method for each in district.relay.seen if each.url.endswith("/echo") and each.status in (200, 204)]
    assert 2 * echoes.count("OPTIONS") < echoes.count("GET"), "leave (CORS) is asked for once, not before every call"


async def test_neither_a_login_page_nor_an_update_nor_another_token_loses_a_report(district: District):
    await district.begin()
    district.relay.in_the_way = web.Response(text="<html>Please log in</html>", content_type="text/html")
    await district.browser.report()
    await waiting(district, 1)
    kept = await district.browser.ask("chrome.storage.local.get().then((all) => Object.keys(all))")
    assert "device" not in kept, "a login page enrols nobody"
    district.relay.in_the_way = None

    district.publish("0.2.0")
    await district.browser.ask("chrome.runtime.requestUpdateCheck().then(({status}) => status)")
    version = "chrome.runtime.getManifest().version"
    await district.browser.ask(f"{version} === '0.2.0' || null", 40)
    assert (
        await district.browser.ask("chrome.alarms.get('report').then((alarm) => alarm?.periodInMinutes ?? null)") == 5
    )

    await district.browser.ask("chrome.storage.local.remove('standing').then(() => true)")
    await district.browser.report()
    taken = await reported(district, 2)
    assert [taken[0]["agent_version"], taken[-1]["agent_version"]] == ["0.1.0", "0.2.0"]

    tokens = await make_tokens(district.stack.collector_config, [("lincoln", "9-12")])
    district.policy(enrollmentToken=tokens["lincoln", "9-12"], reportPeriodSeconds=60)
    await until(lambda: posted(district, "/api/v1/enroll", 2), 30, "an enrolment with the other token")
    await until(lambda: measured_throughput(district), 30, "a measured throughput")
    transfers = [each.url for each in district.relay.seen if "/throughput" in each.url and each.method != "OPTIONS"]
    assert len(transfers) == len(set(transfers)), "each leave is used once"
    assert_once_and_in_order(district)


async def test_a_key_is_renewed_without_losing_a_report_though_the_browser_dies_on_the_way(district: District):
    district.sections = {"enrolment": {"key_lifetime": 0.001}}
    district.relay.unanswered = "/api/v1/key"
    await district.begin()
    await district.browser.report()
    await until(
        lambda: _posts(district, "/api/v1/key", 1), 30, "a key that the collector knows and the worker does not"
    )
    first = (await district.browser.stored("device"))["deviceKey"]
    await district.browser.settled()
    await district.browser.end(signal.SIGKILL)

    district.relay.unanswered = ""
    await district.browser.start(district.children)
    await district.browser.ready()
    await district.browser.report()
    await until(lambda: _posts(district, "/api/v1/key", 2), 30, "another try")
    await until(lambda: _renewed(district, first), 30, "a new key in storage")
    second = (await district.browser.stored("device"))["deviceKey"]
    await district.browser.report()
    await until(lambda: _sent_with(district, second), 30, "a report with the new key")
    assert await _status(district, first) == 401, "the use of the new key has ended it"
    assert_once_and_in_order(district)
    assert len([each for each in district.relay.posts("/api/v1/enroll") if each.status == 201]) == 1


async def _posts(district: District, path: str, count: int) -> bool | None:
    return True if len([each for each in district.relay.posts(path) if each.status == 200]) >= count else None


async def _renewed(district: District, key: str) -> bool | None:
    device = await district.browser.stored("device")
    return True if device and device["deviceKey"] != key else None


async def _sent_with(district: District, key: str) -> bool | None:
    taken = [each for each in district.relay.posts() if each.status == 200]
    return True if any(each.headers["Authorization"] == f"Bearer {key}" for each in taken) else None


async def _status(district: District, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    async with district.stack.http.get(f"{district.stack.url}/api/v1/echo", headers=headers) as answer:
        return answer.status


async def measured_throughput(district: District) -> bool | None:
    found = [name for report in district.relay.taken() for name in report.get("connectivity", {})]
    # On loopback a direction may be over before the browser's clock moves.
    if any(name.endswith("_bytes_per_second") for name in found):
        return True
    await district.browser.report()
    await asyncio.sleep(1)  # what is under way sets the alarm anew when it ends
    return None


async def posted(district: District, path: str, count: int) -> bool | None:
    done = [each for each in district.relay.posts(path) if each.status == 201]
    return True if len(done) >= count else None
