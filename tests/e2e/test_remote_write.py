"""Real Prometheus and real VictoriaMetrics receive what a laptop measured while it was offline, at its own times."""

from __future__ import annotations

import time

import pytest

from free_ports import free_port
from homeroom_collector.demo.tokens import make_tokens
from receivers import Labels, Samples, held_by_prometheus, held_by_victoria, start_prometheus, start_victoria
from stack import Stack, until

OFFLINE_SECONDS = 3 * 86_400
REPORTS = 72
CPU, BYTES = "homeroom_device_cpu_usage_ratio", "homeroom_device_network_receive_bytes_total"


def measured(sequence: int, at: float) -> dict[str, object]:
    return {
        "source": "agent",
        "sequence": sequence,
        "measured_at": at,
        "cpu": {"usage_ratio": sequence / 1000},
        "links": [{"name": "wlan0", "type": "wifi", "receive_bytes": sequence * 1_000_000}],
    }


class Laptop:
    """Sends by HTTP; remembers what it was promised."""

    def __init__(self, stack: Stack, device_id: str, key: str) -> None:
        self._stack, self.device_id = stack, device_id
        self._headers = {"Authorization": f"Bearer {key}"}
        self.sent: list[dict[str, object]] = []

    async def send(self, *reports: dict[str, object]) -> None:
        body = {"reports": [{**report, "sent_at": time.time()} for report in reports]}
        async with self._stack.http.post(
            f"{self._stack.url}/api/v1/reports", json=body, headers=self._headers
        ) as answer:
            assert (await answer.json())["accepted"] == len(reports)
        self.sent += reports

    def expected(self) -> Samples:
        return sorted((round(float(r["measured_at"]) * 1000), r["cpu"]["usage_ratio"]) for r in self.sent)  # type: ignore[arg-type,index]


async def enrolled(stack: Stack) -> Laptop:
    token = (await make_tokens(stack.collector_config, [("lincoln", "3-5")]))["lincoln", "3-5"]
    body = {"token": token, "device": {"platform": "linux"}}
    async with stack.http.post(f"{stack.url}/api/v1/enroll", json=body) as answer:
        given = await answer.json()
    return Laptop(stack, given["device_id"], given["device_key"])


def only(found: dict[Labels, Samples], **labels: str) -> tuple[dict[str, str], Samples]:
    """The series that was written, not the one that was scraped."""
    (series,) = [(dict(key), samples) for key, samples in found.items() if labels.items() <= dict(key).items()]
    return series


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_laptop_that_was_offline_for_three_days_shows_its_samples_at_their_own_times(stack: Stack):
    prometheus_port, victoria_port = free_port(), free_port()
    endpoints = [
        {"name": name, "url": f"http://127.0.0.1:{port}/api/v1/write"}
        for name, port in (("prometheus", prometheus_port), ("victoria", victoria_port))
    ]
    sections = {"remote_write": {"endpoints": endpoints, "state_every": 1, "longest_backoff": 1}}
    await stack.collector(**sections)
    laptop = await enrolled(stack)
    # No receiver is there yet. The laptop is back: first what it measures now, then three days, oldest first.
    now = round(time.time(), 3)
    await laptop.send(measured(REPORTS, now))
    late = [measured(n, round(now - OFFLINE_SECONDS + n * OFFLINE_SECONDS / REPORTS, 3)) for n in range(REPORTS)]
    await laptop.send(*late[:40])
    await stack.kill_collector()
    await stack.collector(**sections)
    await laptop.send(*late[40:])
    scrape = stack.url.removeprefix("http://")
    prometheus = await start_prometheus(stack.children, stack.folder, prometheus_port, window="7d", scrape=scrape)
    victoria = await start_victoria(stack.children, stack.folder, victoria_port)
    selector = f'{CPU}{{device="{laptop.device_id}"}}'

    async def complete() -> bool | None:
        stack.children.check()
        written = await held_by_prometheus(stack.http, prometheus, f'{selector[:-1]},job=""}}')
        scraped = await held_by_prometheus(stack.http, prometheus, f'{selector[:-1]},job="homeroom"}}')
        victorian = await held_by_victoria(stack.http, victoria, selector)
        enough = [len(next(iter(found.values()), [])) for found in (written, victorian)]
        return True if scraped and all(count >= REPORTS + 1 for count in enough) else None

    await until(complete, 60, "every sample in both stores")
    everything = await held_by_prometheus(stack.http, prometheus, selector)
    (scraped,) = [dict(key) for key in everything if dict(key).get("job")]
    written = {key: samples for key, samples in everything.items() if not dict(key).get("job")}
    for found in (written, await held_by_victoria(stack.http, victoria, selector)):
        labels, samples = only(found)
        assert samples == laptop.expected()
        assert labels == {name: value for name, value in scraped.items() if name not in ("job", "instance")}
    await check_counters_grow(stack, prometheus, laptop)
    await check_state_is_there(stack, prometheus, laptop)


async def check_counters_grow(stack: Stack, prometheus: str, laptop: Laptop) -> None:
    """Late samples of a counter stand where they belong, so that its growth over three days is exact."""
    found = await held_by_prometheus(stack.http, prometheus, f'{BYTES}{{device="{laptop.device_id}",job=""}}')
    _, samples = only(found, link="wlan0")
    assert [value for _, value in samples] == [n * 1_000_000 for n in range(REPORTS + 1)]


async def check_state_is_there(stack: Stack, prometheus: str, laptop: Laptop) -> None:
    """What no report holds comes from the collector's own rounds, also the losses, of which there are none."""
    rows = await stack.query(prometheus, f'homeroom_device_presence{{device="{laptop.device_id}",job=""}}')
    assert rows
    assert rows[0]["value"][1] == "1"
    metrics = await stack.metrics()
    assert 'homeroom_remote_write_samples_total{endpoint="prometheus",result="sent"}' in metrics
    assert 'result="refused"} 0.0' in metrics
