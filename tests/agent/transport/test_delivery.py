"""From the spool to a real server: each report once, refusals aside, in the order and at the pace wanted."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_servers import Collector, problem, serving
from homeroom_agent.errors import TransportError
from homeroom_agent.spool import Spool
from homeroom_agent.transport import Client, Delivery, Pace, Transport, route_to


@pytest.fixture
def collector() -> Iterator[Collector]:
    with serving(Collector()) as running:
        yield running


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.db", max_bytes=2_000_000, max_age_seconds=1e9) as opened:
        yield opened


@pytest.fixture
def transport(collector: Collector) -> Iterator[Transport]:
    with Client(route_to(collector.url, "none"), timeout_seconds=10) as client:
        yield Transport(client, collector.key)


def go_on(_: float) -> bool:
    return False


def fill(spool: Spool, count: int) -> list[int]:
    return [spool.append(lambda sequence: b'{"sequence":%d}' % sequence) for _ in range(count)]


def test_every_report_arrives_once_in_batches_with_the_moment_of_sending(spool, transport, collector):
    numbers = fill(spool, 25)
    tally = Delivery(spool, transport, pace=Pace(batch_reports=10), wait=go_on).run()
    assert collector.order == numbers
    assert (tally.sent, tally.duplicates, len(spool)) == (25, 0, 0)
    assert collector.requests == ["POST /api/v1/reports"] * 3
    assert all(report["sent_at"] > 1.6e9 for report in collector.reports.values())


def test_a_batch_whose_answer_was_lost_is_sent_again_and_counts_once(spool, transport, collector):
    fill(spool, 3)
    again = [entry.body for entry in spool.peek(3)]
    transport.send(again)
    tally = Delivery(spool, transport, wait=go_on).run()
    assert (tally.sent, tally.duplicates, len(collector.reports)) == (0, 3, 3)


def test_newest_first_when_so_told(spool, transport, collector):
    numbers = fill(spool, 25)
    Delivery(spool, transport, pace=Pace(batch_reports=10, newest_first=True), wait=go_on).run()
    assert collector.order == numbers[::-1]


def test_a_report_that_is_refused_does_not_block_the_others(spool, transport, collector, caplog):
    numbers = fill(spool, 5)
    collector.refuse = lambda report: "cpu: unknown field" if report["sequence"] == numbers[2] else None
    tally = Delivery(spool, transport, wait=go_on).run()
    assert (tally.sent, tally.refused, len(spool)) == (4, 1, 0)
    assert f"refuses report {numbers[2]}: cpu: unknown field" in caplog.text


def test_a_batch_refused_as_a_whole_is_halved_until_the_fault_stands_alone(spool, transport, collector, monkeypatch):
    numbers = fill(spool, 8)
    bad = b'{"sequence":%d}' % numbers[5]
    whole = Collector._take

    def refuse_whole_batches(self, body, headers):
        sequences = [report["sequence"] for report in json.loads(gzip.decompress(body))["reports"]]
        return problem(400, "not JSON") if numbers[5] in sequences else whole(self, body, headers)

    monkeypatch.setattr(Collector, "_take", refuse_whole_batches)
    tally = Delivery(spool, transport, wait=go_on).run()
    assert bad not in [entry.body for entry in spool.peek(99)]
    assert collector.order == [*numbers[:5], *numbers[6:]]
    assert (tally.sent, tally.refused, len(spool)) == (7, 1, 0)


@pytest.mark.parametrize("status", [401, 429, 500, 503, 404])
def test_what_may_pass_is_kept_and_said(spool, transport, collector, status: int):
    fill(spool, 15)
    collector.replies = [None, problem(status, "not now", Retry_After="7")]
    delivery = Delivery(spool, transport, pace=Pace(batch_reports=10), wait=go_on)
    with pytest.raises(TransportError, match="not now") as caught:
        delivery.run()
    assert caught.value.status == status
    assert (delivery.tally.sent, len(spool)) == (10, 5)
    delivery.run()
    assert len(collector.reports) == 15


def test_the_pace_is_kept_and_a_stop_is_heard(spool, transport, collector):
    fill(spool, 30)
    waits: list[float] = []

    def stop_at_third(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 3

    Delivery(spool, transport, pace=Pace(batch_reports=10, reports_per_second=4.0), wait=stop_at_third).run()
    assert waits == [0.0, 2.5, 2.5]
    assert len(collector.reports) == 20


def test_the_settings_of_the_last_answer_are_handed_on(spool, transport, collector):
    fill(spool, 1)
    collector.settings = {"interval_seconds": 60}
    assert Delivery(spool, transport, wait=go_on).run().settings == {"interval_seconds": 60}
