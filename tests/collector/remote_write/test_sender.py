"""Sending what waits: in order, again where that helps, and counted where it does not."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Awaitable
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web

from collector.remote_write.conftest import Bench
from fleet_samples import NOW
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import Device, School
from homeroom_collector.store import outbox
from homeroom_collector.views.remote_write.receiver import Receiver
from homeroom_collector.views.remote_write.sender import LostHoldError
from homeroom_collector.views.remote_write.settings import EndpointSettings
from receivers import Series, recording

PER_LAPTOP = 20
CPU = "homeroom_device_cpu_usage_ratio"


def times(bench: Bench, name: str = CPU, **labels: str) -> list[float]:
    return [at / 1000 for at, _ in bench.recorder.samples(name, **labels)]


async def test_every_sample_arrives_once_at_the_time_it_was_measured(bench: Bench):
    three_days_ago = NOW - 3 * 86_400
    await bench.put(three_days_ago, three_days_ago + 300, NOW - 1)
    sender = bench.sender()
    assert await sender.step() == 3
    assert await sender.step() == 0
    assert times(bench) == [three_days_ago, three_days_ago + 300, NOW - 1]
    assert bench.count("samples_total", result="sent") == sum(
        len(series.samples) for message in bench.recorder.taken for series in message
    )
    assert await bench.left() == 0


async def test_a_request_says_what_it_is(bench: Bench):
    await bench.put(NOW)
    await bench.sender(endpoint={"headers": {"X-Scope-OrgID": "district"}}).step()
    (headers,) = bench.recorder.headers
    assert {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
        "X-Scope-OrgID": "district",
    }.items() <= headers.items()
    assert headers["User-Agent"].startswith("homeroom/")


async def test_requests_are_bounded_and_series_stay_in_order_across_them(bench: Bench):
    for start in (2, 0):  # the second commit brings older reports of the same laptop
        await bench.put(*(NOW + start + step / 10 for step in range(10)))
    await bench.put(*(NOW + step / 10 for step in range(10)), device="laptop-2")
    await bench.sender(samples_per_request=50).step()
    assert all(sum(len(s.samples) for s in message) <= 50 for message in bench.recorder.taken)
    for device in ("laptop-1", "laptop-2"):
        assert times(bench, device=device) == sorted(times(bench, device=device))
    assert len(times(bench)) == 30


@pytest.mark.parametrize("status", [429, 500, 503, 401, 403, 404])
async def test_what_waiting_may_cure_waits_and_nothing_is_lost(bench: Bench, status: int):
    answers = [web.Response(status=status) for _ in range(4)]
    bench.recorder.answer = lambda _series: answers.pop() if answers else None
    await bench.put(NOW)
    assert await bench.sender().step() == 1
    assert len(times(bench)) == 1
    assert bench.count("retries_total") == 4
    assert bench.count("samples_total", result="refused") == 0
    assert 0.5 <= bench.clock.waits[0] <= 1
    assert sum(bench.clock.waits) > 7


async def test_retry_after_is_obeyed(bench: Bench):
    answers = [web.Response(status=429, headers={"Retry-After": "25"})]
    bench.recorder.answer = lambda _series: answers.pop() if answers else None
    await bench.put(NOW)
    await bench.sender().step()
    assert 25 <= sum(bench.clock.waits) < 31


async def test_a_receiver_that_is_away_is_waited_for(bench: Bench):
    url, bench.recorder.url = bench.recorder.url, "http://127.0.0.1:9/api/v1/write"
    await bench.put(NOW)
    sender = bench.sender()

    def back() -> None:
        if bench.clock.now > NOW + 100:
            sender._receiver._settings = EndpointSettings(name="main", url=url)

    bench.clock.on_wait = back
    await sender.step()
    assert len(times(bench)) == 1
    assert max(bench.clock.waits) <= 60


async def test_one_sample_that_is_refused_costs_only_itself(bench: Bench):
    def refuse(series: list[Series]) -> web.Response | None:
        bad = any(s.named["__name__"] == CPU and s.named["device"] == "laptop-7" for s in series)
        return web.Response(status=400, text="out of bounds") if bad else None

    bench.recorder.answer = refuse
    for number in range(20):
        await bench.put(NOW, device=f"laptop-{number}")
    await bench.sender().step()
    assert bench.count("samples_total", result="refused") == 1
    assert len(times(bench)) == 19
    assert len(times(bench, "homeroom_device_memory_available_bytes")) == 20
    assert await bench.left() == 0


async def test_where_everything_is_refused_the_receiver_is_not_asked_for_ever(bench: Bench):
    bench.recorder.answer = lambda _series: web.Response(status=400)
    await bench.put(*(NOW - step for step in range(100)))
    await bench.sender().step()
    assert bench.recorder.asked < 200
    assert bench.count("samples_total", result="refused") > 1000
    assert bench.count("samples_total", result="sent") == 0
    assert await bench.left() == 0


async def test_what_is_too_old_is_given_up_and_counted(bench: Bench):
    await bench.put(NOW, NOW + 1)
    bench.clock.now += 3 * 86_400
    await bench.put(NOW + 3 * 86_400)
    await bench.sender(queue_age=86_400.0).step()
    assert times(bench) == [NOW + 3 * 86_400]
    assert bench.count("lost_reports_total", reason="age") == 2


async def test_the_oldest_goes_where_too_much_waits(bench: Bench):
    for step in range(10):
        await bench.put(NOW + step)
    depth = await bench.store.read(partial(outbox.depth, endpoint="main"))
    await bench.sender(queue_bytes=depth.size_bytes // 2).step()
    lost = round(bench.count("lost_reports_total", reason="size"))
    assert lost in (5, 6)
    assert times(bench) == [NOW + step for step in range(lost, 10)]


async def test_the_bounds_are_kept_while_the_receiver_is_away(bench: Bench):
    bench.recorder.answer = lambda _series: web.Response(status=503) if bench.clock.now < NOW + 1_200 else None
    await bench.put(NOW)
    await bench.sender(queue_age=600.0).step()
    assert bench.count("lost_reports_total", reason="age") == 1


async def test_lag_and_depth_are_told(bench: Bench):
    await bench.put(NOW, NOW)
    bench.clock.now += 90
    bench.recorder.answer = lambda _series: web.Response(status=503)
    sender = bench.sender()
    bench.clock.on_wait = lambda: setattr(bench.recorder, "answer", lambda _series: None)
    await sender._queue.held()
    assert (bench.count("queued_reports"), bench.count("lag_seconds"), bench.count("sending")) == (2, 90, 1)
    await sender.step()
    bench.clock.now += 20
    await sender.step()
    assert (bench.count("queued_reports"), bench.count("queued_bytes"), bench.count("lag_seconds")) == (0, 0, 0)


async def test_of_two_processes_one_sends_and_the_other_takes_over(bench: Bench):
    first, second = bench.sender(), bench.sender()
    await bench.put(NOW)
    assert await first.step() == 1
    await bench.put(NOW + 1)
    assert await second.step() == 0
    bench.clock.now += 31  # the first has died
    assert await second.step() == 1
    assert times(bench) == [NOW, NOW + 1]


async def test_who_lost_the_right_to_send_stops_in_the_middle(bench: Bench):
    first, second = bench.sender(), bench.sender()
    await bench.put(NOW)
    bench.recorder.answer = lambda _series: web.Response(status=503)

    def suspended() -> Awaitable[bool]:
        bench.clock.now += 40
        return second._queue.held()

    bench.clock.on_wait = suspended
    with pytest.raises(LostHoldError):
        await first.step()
    assert await second._queue.held()


async def test_what_was_not_struck_off_is_sent_again(bench: Bench):
    await bench.put(NOW)
    killed = bench.sender()
    killed._queue.strike_off = lambda _batches: _killed()  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await killed.step()
    bench.clock.now += 31
    assert await bench.sender().step() == 1
    assert times(bench) == [NOW, NOW]


async def _killed() -> None:
    raise KeyboardInterrupt


async def test_two_endpoints_wait_for_themselves(bench: Bench):
    await bench.put(NOW, endpoints=("main", "other"))
    await bench.sender().step()
    assert await bench.left() == 0
    other = await bench.store.read(partial(outbox.waiting, endpoint="other", most_bytes=10**6))
    assert [each.reports for each in other] == [1]
    await bench.store.write(partial(outbox.forget_others, endpoints=["main"]))
    assert await bench.store.read(partial(outbox.waiting, endpoint="other", most_bytes=10**6)) == []


async def test_state_is_sent_now_and_then_and_never_late(bench: Bench):
    bench.fleet.put_school(School(school_id="lincoln", name="L"))
    bench.fleet.put_device(Device(device_id="laptop-1", device_class="computer", school_id="lincoln"))
    bench.fleet.refresh(NOW)
    sender = bench.sender(state_every=60.0)
    for _ in range(3):
        await sender.step()
        bench.clock.now += 30
    bench.recorder.answer = lambda _series: web.Response(status=503)
    bench.clock.now += 60
    await sender.step()
    bench.recorder.answer = lambda _series: None
    bench.clock.now += 60
    await sender.step()
    assert times(bench, "homeroom_device_presence") == [NOW, NOW + 60, NOW + 210]
    assert bench.count("state_skipped_total") == 1


async def test_a_report_that_cannot_be_read_any_more_is_counted_and_passed_over(bench: Bench):
    bad = outbox.Leaving("lincoln", "laptop-1", NOW, '{"source":"agent","unheard_of":1}')
    await bench.store.write(partial(outbox.put, endpoints=["main"], reports=[bad], now=NOW))
    await bench.put(NOW)
    await bench.sender().step()
    assert len(times(bench)) == 1
    assert bench.count("unreadable_reports_total") == 1


async def test_tokens_and_passwords_are_read_from_files_anew_for_each_request(bench: Bench, tmp_path: Path):
    secret = tmp_path / "token"
    secret.write_text("first\n")
    sender = bench.sender(endpoint={"bearer_token_file": secret})
    await bench.put(NOW)
    await sender.step()
    secret.write_text("second\n")
    await bench.put(NOW)
    await sender.step()
    login = bench.sender(endpoint={"username": "hr", "password_file": secret})
    bench.clock.now += 31
    await bench.put(NOW)
    await login.step()
    basic = base64.b64encode(b"hr:second").decode()
    assert [h["Authorization"] for h in bench.recorder.headers] == ["Bearer first", "Bearer second", f"Basic {basic}"]


async def test_a_private_authority_is_trusted_and_no_other(tmp_path: Path):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with recording(ssl_context=context) as recorder, aiohttp.ClientSession() as http:
        trusting = EndpointSettings(name="main", url=recorder.url, ca_file=tmp_path / "ca.pem")
        assert (await Receiver(trusting, http).send(b"")).outcome.name == "TAKEN"
        strange = await Receiver(EndpointSettings(name="main", url=recorder.url), http).send(b"")
        assert strange.outcome.name == "LATER"
        assert "certificate" in strange.detail.lower()


async def test_files_that_cannot_be_used_are_said_at_the_start(tmp_path: Path):
    async with aiohttp.ClientSession() as http:
        for files in ({"bearer_token_file": tmp_path / "no"}, {"ca_file": tmp_path / "no"}):
            with pytest.raises(ConfigError, match="no"):
                Receiver(EndpointSettings(name="main", url="http://x", **files), http)
