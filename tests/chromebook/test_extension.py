"""The extension as a school has it: force-installed by policy in a real browser, reporting to a real collector."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chromebook.conftest import District
from homeroom_agent.report import from_wire
from stack import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "report-v1.json"


async def reported(district: District, count: int) -> list[dict[str, Any]]:
    """Wait until the collector has taken this many reports."""

    async def enough() -> list[dict[str, Any]] | None:
        taken = district.relay.taken()
        return taken if len(taken) >= count else None

    return await until(enough, 30, f"{count} reports")


async def tried(district: District, more_than: int) -> bool | None:
    return True if len(district.relay.posts()) > more_than else None


async def waiting(district: District, count: int) -> None:
    """Wait until this many reports lie in the spool."""

    async def look() -> bool | None:
        spool = await district.browser.stored("spool")
        return True if spool and len(spool["queue"]) == count else None

    await until(look, 20, f"{count} reports in the spool")


async def test_every_report_of_a_day_without_collector_arrives_once_and_in_order(district: District):
    await district.begin()
    await district.browser.report()
    (first,) = await reported(district, 1)
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

    numbers = [report["sequence"] for report in taken]
    assert numbers == list(range(numbers[0], numbers[0] + 6))
    assert district.relay.duplicates() == 0
    moments = [report["measured_at"] for report in taken]
    assert moments == sorted(moments)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for report in taken:
        jsonschema.validate(report, schema, cls=jsonschema.Draft202012Validator)
        from_wire(report)
