"""What a pupil can do with what lies on a Chromebook: a token, a key, a request that was recorded, a clock."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.chromebook import ChromebookSettings
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.ingest.limits import Allowance

FIRST = 796_917_760_000_000  # as the extension numbers: by the second of its installation


def from_extension(number: int = 0, **sections: Any) -> dict[str, Any]:
    return report(FIRST + number, **{"source": "extension", **sections})


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    limits = LimitSettings(device=Allowance(per_second=0.5, burst=20), failure=Allowance(per_second=0.5, burst=5))
    listen = Listen(trusted_proxies=["127.0.0.0/8"])
    extensions = ChromebookSettings(extensions=["a" * 32])
    settings = settings_at(tmp_path, chromebooks=extensions, limits=limits, listen=listen)
    async with collecting(settings) as running:
        yield running


async def enrolled(running: Running, serial: str = "NXH8WEF0001", writer: str = "") -> str:
    return await running.key(platform="chromeos", serial=serial, writer=writer)


async def count(running: Running, table: str) -> int:
    return int((await running.rows(f"SELECT count(*) FROM {table}"))[0][0])


async def guessed(running: Running, token: str) -> int:
    """Try a token from another address than this machine's own, which is not limited."""
    body, somewhere = {"token": token, "device": {"platform": "chromeos"}}, {"X-Forwarded-For": "203.0.113.7"}
    async with running.http.post(f"{running.url}/api/v1/enroll", json=body, headers=somewhere) as answer:
        return answer.status


async def test_a_wrong_token_brings_nothing_in_and_guessing_is_slowed_down(running: Running):
    assert [await guessed(running, f"hrt{n:016x}.guess") for n in range(8)] == [401] * 5 + [429] * 3
    assert await count(running, "devices") == 0


async def test_a_token_reads_nothing_and_is_no_key(running: Running):
    token = await running.token()
    assert (await running.send(token, from_extension()))[0] == 401
    async with running.http.get(f"{running.url}/api/v1/echo", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 401


async def test_a_token_that_was_revoked_is_worth_nothing(running: Running):
    token = await running.token(uses_allowed=1)
    assert (await running.enroll(token, platform="chromeos"))[0] == 201
    assert (await running.enroll(token, platform="chromeos"))[0] == 403


async def test_a_key_copied_to_another_machine_parts_from_it(running: Running):
    key = await enrolled(running)
    mine = {"identity": {"platform": "chromeos", "serial": "NXH8WEF0001"}}
    assert (await running.send(key, from_extension(0, **mine)))[0] == 200
    other = {"identity": {"platform": "chromeos", "serial": "NXH8WEF0666"}}
    assert (await running.send(key, from_extension(1, **other)))[0] == 401
    assert (await running.send(key, from_extension(1, **mine)))[0] == 401, "both have to enrol, each as itself"
    again = await enrolled(running)
    assert (await running.send(again, from_extension(1, **mine)))[1]["accepted"] == 1
    assert await count(running, "devices") == 1


async def test_a_key_cannot_speak_for_another_device(running: Running):
    mine, _ = await enrolled(running), await enrolled(running, "NXH8WEF0002")
    (other,) = (await running.rows("SELECT device_id FROM devices WHERE serial = 'NXH8WEF0002'"))[0]
    status, answer = await running.send(mine, from_extension(0, device_id=other))
    assert status == 403
    assert "another device" in answer["detail"]


async def test_a_request_that_was_recorded_changes_nothing_when_it_is_sent_again(running: Running):
    key = await enrolled(running)
    body = gzip.compress(json.dumps({"reports": [from_extension(n) for n in range(3)]}).encode())
    send = {"Content-Encoding": "gzip"}
    assert (await running.post(key, body, **send))[1]["accepted"] == 3
    kept = await running.rows("SELECT seen, report FROM latest")
    for _ in range(3):
        status, answer = await running.post(key, body, **send)
        assert (status, answer["accepted"], answer["duplicates"]) == (200, 0, 3)
    assert await running.rows("SELECT seen, report FROM latest") == kept


async def test_one_that_floods_is_told_to_wait_and_the_others_are_heard(running: Running):
    wild, tame = await enrolled(running), await enrolled(running, "NXH8WEF0002")
    statuses = [(await running.send(wild, from_extension(n)))[0] for n in range(30)]
    assert statuses[:20] == [200] * 20
    assert statuses[-1] == 429
    assert int(running.headers["Retry-After"]) >= 1
    assert (await running.send(tame, from_extension()))[0] == 200


async def test_an_extension_can_read_when_to_come_back(running: Running):
    key = await enrolled(running)
    for n in range(21):
        await running.post(
            key, json.dumps({"reports": [from_extension(n)]}).encode(), Origin=f"chrome-extension://{'a' * 32}"
        )
    assert "Retry-After" in running.headers
    assert "Retry-After" in running.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("wrong_by_seconds", [-365 * 86_400, -3_600, 3_600, 10 * 365 * 86_400])
async def test_a_clock_that_was_set_changes_neither_when_nor_whether_a_report_counts(
    running: Running, wrong_by_seconds: float
):
    key, now = await enrolled(running), time.time()
    first = from_extension(0, measured_at=now - 60, sent_at=now)
    there = now + wrong_by_seconds
    second = from_extension(1, measured_at=there - 30, sent_at=there)
    for each in (first, second):
        assert (await running.send(key, each))[1]["accepted"] == 1
    ((measured_at, skew),) = await running.rows("SELECT measured_at, clock_skew_seconds FROM latest")
    assert measured_at == pytest.approx(now - 30, abs=5)
    assert skew == pytest.approx(wrong_by_seconds, abs=5)


async def test_what_no_field_names_is_refused_whoever_sends_it(running: Running):
    key = await enrolled(running)
    status, answer = await running.send(key, from_extension(0, user="pupil@school.example"))
    assert status == 422
    assert "unknown field" in answer["detail"]


async def test_two_profiles_of_one_device_report_side_by_side_and_lose_nothing(running: Running):
    one, other = await enrolled(running, writer="1" * 16), await enrolled(running, writer="2" * 16)
    for number in range(3):
        for key in (one, other):
            status, answer = await running.send(key, from_extension(number))
            assert (status, answer["accepted"]) == (200, 1), "the same number of another profile is another report"
    assert (await running.send(one, from_extension(2)))[1]["duplicates"] == 1
    assert await count(running, "devices") == 1


async def test_the_oldest_key_ends_where_there_are_too_many_and_what_it_sent_stays_known(running: Running):
    most = running.collector.settings.enrolment.keys_per_device
    first = await enrolled(running, writer="0" * 16)
    assert (await running.send(first, from_extension()))[1]["accepted"] == 1
    for number in range(most):
        await enrolled(running, writer=f"{number + 1:016x}")
    assert (await running.send(first, from_extension()))[0] == 401
    again = await enrolled(running, writer="0" * 16)
    assert (await running.send(again, from_extension(), from_extension(1)))[1] == await running.answer(
        accepted=1, duplicates=1
    )
    assert await running.rows("SELECT count(*) FROM device_keys WHERE revoked_at IS NULL") == [(most,)]


async def test_a_profile_that_enrols_again_has_one_key(running: Running):
    before, after = await enrolled(running, writer="1" * 16), await enrolled(running, writer="1" * 16)
    assert (await running.send(before, from_extension()))[0] == 401
    assert (await running.send(after, from_extension()))[0] == 200
