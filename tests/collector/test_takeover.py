"""Who has a token and a serial number, and no key: what becomes of the laptop whose number it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, role, settings_at
from homeroom_collector.ingest.enrolment_settings import EnrolmentSettings

HONEST, ANOTHER = "1" * 16, "2" * 16


def settings(folder: Path, **enrolment: Any) -> Any:
    return settings_at(folder, enrolment=EnrolmentSettings(**enrolment))


async def kinds(running: Running) -> list[str]:
    return [kind for (kind,) in await running.rows("SELECT kind FROM device_events ORDER BY event_id")]


async def heard_before(running: Running, seconds: float) -> None:
    query = f"UPDATE latest SET received_at = received_at - {seconds}"
    await running.collector.store.write(lambda connection: connection.exec_driver_sql(query))


async def test_a_second_key_for_a_laptop_in_use_is_noted_and_takes_nothing_from_it(tmp_path: Path):
    async with collecting(settings(tmp_path)) as running:
        key = await running.key(serial="5CD1234XYZ", writer=HONEST)
        await running.send(key, report(1))
        assert (await running.enroll(serial="5CD1234XYZ", writer=ANOTHER))[0] == 201
        assert await kinds(running) == ["enrolled", "contested", "reenrolled"]
        assert (await running.send(key, report(2)))[0] == 200


async def test_a_second_key_for_a_laptop_in_use_is_refused_where_so_configured(tmp_path: Path):
    async with collecting(settings(tmp_path, contested="refuse")) as running:
        key = await running.key(serial="5CD1234XYZ", writer=HONEST)
        await running.send(key, report(1))
        token = await running.token("roosevelt", uses_allowed=1)
        status, problem = await running.enroll(token, serial="5CD1234XYZ", writer=ANOTHER)
        assert (status, "homeroom devices rekey" in problem["detail"]) == (409, True)
        assert await running.rows("SELECT school_id FROM devices") == [("lincoln",)], "and it was not moved"
        assert await running.rows("SELECT uses FROM enrolment_tokens WHERE school_id = 'roosevelt'") == [(0,)]
        await heard_before(running, 1000)
        assert (await running.enroll(token, serial="5CD1234XYZ", writer=ANOTHER))[0] == 201, (
            "set up again, silent since"
        )


@pytest.mark.parametrize(
    "again",
    [
        {"serial": "5CD1234XYZ", "writer": HONEST},
        {"serial": "5CD9999XYZ", "writer": ANOTHER},
        {"serial": "5CD1234XYZ", "writer": ANOTHER, "platform": "chromeos"},
    ],
    ids=["the same agent lost its key", "another machine", "another profile of a Chromebook"],
)
async def test_what_is_usual_is_not_contested(tmp_path: Path, again: dict[str, Any]):
    async with collecting(settings(tmp_path, contested="refuse")) as running:
        key = await running.key(serial="5CD1234XYZ", writer=HONEST, platform=again.get("platform", "linux"))
        await running.send(key, report(1))
        assert (await running.enroll(**again))[0] == 201
        assert "contested" not in await kinds(running)


CLAIMS: list[dict[str, Any]] = [
    {"school": "roosevelt"},
    {"schools": [{"school_id": "mine", "name": "Mine"}]},
    {"labels": {"school": "roosevelt"}},
    {"user": "admin"},
    {"token": "hrt"},
    {"identity": {"platform": "linux", "school": "roosevelt"}},
]


async def test_a_report_makes_no_labels_schools_or_users(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        key = await running.key()
        before = await everything_about_people_and_places(running)
        for section in CLAIMS:
            status, problem = await running.send(key, report(1, **section))
            assert (status, "unknown field" in problem["detail"]) == (422, True)
        assert await everything_about_people_and_places(running) == before


async def everything_about_people_and_places(running: Running) -> list[Any]:
    tables = ("schools", "devices", "api_tokens", "enrolment_tokens", "sessions", "sign_in_links", "sign_ins", "assets")
    return [await running.rows(f"SELECT * FROM {table}") for table in tables]


async def test_what_a_report_says_of_itself_cannot_break_out_of_a_label(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        key = await running.key()
        model = 'X"} 1\nhomeroom_school_info{school="evil",name="\\'
        sent = report(1, identity={"platform": "linux", "model": model, "manufacturer": "\u2028\x85"})
        assert (await running.send(key, sent))[0] == 200
        async with running.http.get(f"{running.url}/metrics") as answer:
            lines = (await answer.text()).split("\n")
        assert not [line for line in lines if line.startswith("homeroom_school_info") and "evil" in line]


async def test_a_device_key_opens_nothing_but_the_calls_of_devices(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        key = await running.key()
        for path in (
            "/metrics?x",
            "/api/v1/devices",
            "/api/v1/schools",
            "/api/v1/problems",
            "/devices",
            "/set-up",
            "/",
        ):
            headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "203.0.113.9"}
            async with running.http.get(running.url + path, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 401, path


async def test_what_a_device_says_of_itself_is_never_markup(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        evil = "<script>alert(1)</script>"
        key = await running.key(serial="XSS-1", model=evil, manufacturer='"><img src=x onerror=alert(1)>')
        identity = {"platform": "linux", "model": evil, "serial": "XSS-1"}
        assert (await running.send(key, report(1, identity=identity)))[0] == 200
        ((device,),) = await running.rows("SELECT device_id FROM devices")
        browser = await running.signed_in(role("viewer"))
        for path in ("/devices", f"/devices/{device}", "/schools/lincoln", "/devices?q=alert"):
            async with browser.get(running.url + path) as answer:
                text = await answer.text()
            assert answer.status == 200, path
            assert "<script>alert" not in text
            assert "<img src=x" not in text
        assert "alert(1)" in text, "it is shown, as text"
        await browser.close()


async def test_a_computer_cannot_speak_as_network_gear(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """What it would say of ports has no place among a computer's facts."""
    async with collecting(settings(tmp_path)) as running:
        key = await running.key()
        gear = {"reachable": True, "interfaces": [{"index": 1, "name": "1", "in_octets": 1, "speed_bps": 1}]}
        status, told = await running.send(key, report(1, network=gear), report(2), report(3, device_id="dev-other"))
        assert (status, told["accepted"]) == (200, 1)
        assert [(each["index"], each["detail"].partition(":")[0]) for each in told["rejected"]] == [
            (0, "network"),
            (2, "device_id"),
        ]
        assert (await running.send(key, report(4, network=gear)))[0] == 422
        assert not [record for record in caplog.records if record.levelname == "ERROR"]
