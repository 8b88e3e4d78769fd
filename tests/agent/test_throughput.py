"""Throughput: only when granted, only where nothing is paid by volume, within the bytes granted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_laptop import FIVE_MINUTES, START, Laptop
from agent_servers import PORTAL, Collector, answer, problem, serving
from homeroom_agent import sending, throughput
from homeroom_agent.directives import Slot
from homeroom_agent.metered import may_measure, network_manager
from homeroom_agent.transport import Client, Transport, route_to

SIZE = 8_000_000
SLOT = Slot(slot_id="slot 1", not_before=100.0, not_after=160.0, max_bytes=SIZE)
ETHERNET = {"name": "eth0", "type": "ethernet", "active": True}
WIFI = {"name": "wlan0", "type": "wifi", "active": True}
CELLULAR = {"name": "wwan0", "type": "cellular", "active": True}


class Measuring(Collector):
    """Answers measurements, and counts their bytes."""

    uploaded = 0
    asked: str = ""

    def handle(self, method: str, path: str, headers: Any, body: bytes):
        if not path.startswith("/api/v1/throughput"):
            return super().handle(method, path, headers, body)
        if self.replies:
            return self.replies.pop(0)
        self.asked = path
        if method == "POST":
            self.uploaded = len(body)
            return answer({})
        return 200, {"Content-Type": "application/octet-stream"}, bytes(SIZE)


@pytest.fixture
def collector() -> Iterator[Measuring]:
    with serving(Measuring()) as running:
        yield running


@pytest.fixture
def transport(collector: Measuring) -> Iterator[Transport]:
    with Client(route_to(collector.url, "none"), timeout_seconds=10) as client:
        yield Transport(client, collector.key)


def test_both_directions_are_measured_within_the_grant(transport, collector):
    rates = throughput.measured(transport, SLOT)
    assert rates["download_bytes_per_second"] > 1e5
    assert rates["upload_bytes_per_second"] > 1e5
    assert collector.uploaded == SIZE
    assert collector.asked.endswith("slot=slot%201")


@pytest.mark.parametrize("reply", [PORTAL, problem(429, "the school's link is busy"), problem(404, "no such call")])
def test_a_direction_that_is_refused_is_left_out(transport, collector, reply):
    collector.replies = [reply]
    assert throughput.measured(transport, SLOT).keys() == {"upload_bytes_per_second"}


def test_too_few_bytes_say_nothing(transport):
    few = Slot(slot_id="s", not_before=0.0, not_after=1.0, max_bytes=1000)
    assert "upload_bytes_per_second" not in throughput.measured(transport, few)


def test_a_slow_link_is_not_kept_busy(transport, collector, monkeypatch):
    monkeypatch.setattr(throughput, "LONGEST_SECONDS", 0.0)
    throughput.measured(transport, SLOT)
    assert collector.uploaded == 0


@pytest.mark.parametrize(
    ("slot", "used", "now", "due"),
    [
        (None, "", 120.0, False),
        (SLOT, "", 120.0, True),
        (SLOT, "", 99.0, False),
        (SLOT, "", 161.0, False),
        (SLOT, "slot 1", 120.0, False),
        (SLOT, "slot 0", 120.0, True),
    ],
)
def test_a_grant_is_used_once_and_in_its_time(slot, used: str, now: float, due: bool):
    assert throughput.is_due(slot, used, now) is due


@pytest.mark.parametrize(
    ("links", "paid", "may"),
    [
        ([WIFI], False, True),
        ([WIFI], True, False),
        ([WIFI], None, False),
        ([ETHERNET], None, True),
        ([ETHERNET], True, False),
        ([ETHERNET, CELLULAR], None, False),
        ([CELLULAR], False, False),
        ([], None, False),
    ],
)
def test_nothing_is_measured_where_volume_is_paid_or_nobody_knows(links, paid, may: bool):
    assert may_measure(links, paid=paid) is may


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("GENERAL.STATE:100 (connected)\nGENERAL.METERED:no (guessed)\n", False),
        ("GENERAL.STATE:100 (connected)\nGENERAL.METERED:yes\n", True),
        ("GENERAL.STATE:100 (connected)\nGENERAL.METERED:yes (guessed)\n", True),
        ("GENERAL.STATE:30 (disconnected)\nGENERAL.METERED:yes\n\nGENERAL.STATE:100 (c)\nGENERAL.METERED:no\n", False),
        ("GENERAL.STATE:100 (connected)\nGENERAL.METERED:unknown\n", None),
        ("", None),
        ("Error: NetworkManager is not running.\n", None),
    ],
)
def test_network_manager_says_what_is_paid(output: str, said):
    assert network_manager(output) is said


def test_a_grant_is_measured_in_one_sending_and_reported_with_the_next_report(tmp_path: Path, collector, monkeypatch):
    monkeypatch.setattr(sending, "metered", lambda: False)
    laptop = Laptop(tmp_path / "laptop", collector.url)
    grant = {"slot_id": "s", "not_before": START, "not_after": START + 60, "max_bytes": SIZE}
    collector.settings = {"throughput_slot": grant}
    laptop.measure()
    laptop.send()
    assert collector.uploaded == SIZE
    collector.uploaded = 0
    numbers = laptop.measure(2, every=FIVE_MINUTES)
    laptop.send()
    assert collector.uploaded == 0
    section = collector.reports[numbers[0]]["connectivity"]
    assert section["download_bytes_per_second"] > 0
    assert section["metered"] is False
