"""API tokens: for programs, with one role, until they expire or are revoked."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.access.settings import AccessSettings
from homeroom_collector.cli import main
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.ingest.limits import Allowance
from homeroom_collector.store import api_tokens


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


async def topology(running: Running, authorization: str) -> tuple[int, str]:
    headers = {"Authorization": authorization}
    async with running.http.get(f"{running.url}/api/v1/topology", headers=headers) as answer:
        return answer.status, (await answer.json()).get("detail", "")


async def test_a_token_is_kept_as_a_digest_only(running: Running):
    token = await running.api_token(role("viewer"))
    assert (await topology(running, f"Bearer {token}"))[0] == 200
    assert token.partition(".")[2] not in str(await running.rows("SELECT * FROM api_tokens"))


async def test_a_token_that_expired_was_revoked_or_never_was_is_said_apart(running: Running):
    expired = await running.api_token(role("viewer"), expires_at=time.time() - 1)
    assert "is expired" in (await topology(running, f"Bearer {expired}"))[1]
    revoked = await running.api_token(role("viewer"))
    await running.collector.store.write(lambda c: api_tokens.revoke(c, revoked.partition(".")[0], time.time()))
    assert "is revoked" in (await topology(running, f"Bearer {revoked}"))[1]
    # Whoever only knows the id learns nothing of the token.
    for wrong in (f"Bearer {revoked.partition('.')[0]}.guess", "Bearer x", "Basic YTpi"):
        status, detail = await topology(running, wrong)
        assert status == 401
        assert "not known" in detail


async def test_metrics_are_open_to_this_machine_and_to_tokens_of_scrapers(tmp_path: Path):
    listen = Listen(trusted_proxies=["127.0.0.0/8"])
    async with collecting(settings_at(tmp_path, listen=listen)) as running:
        scraper = {"Authorization": f"Bearer {await running.api_token(role('scraper'))}"}
        away = {"X-Forwarded-For": "203.0.113.9"}
        for headers, expected in (({}, 200), (away, 401), (away | scraper, 200)):
            async with running.http.get(running.url + "/metrics", headers=headers) as answer:
                assert answer.status == expected


async def test_a_scraper_is_heard_however_much_comes_from_its_address(tmp_path: Path):
    few = Allowance(per_second=0.001, burst=3)
    limits = LimitSettings(address=few, failure=few)
    listen = Listen(trusted_proxies=["127.0.0.0/8"])
    async with collecting(settings_at(tmp_path, listen=listen, limits=limits)) as running:
        away = {"X-Forwarded-For": "203.0.113.9"}
        scraper = away | {"Authorization": f"Bearer {await running.api_token(role('scraper'))}"}
        wrong = away | {"Authorization": "Bearer hra0123456789abcdef.guess"}

        async def scrape(headers: dict[str, str]) -> int:
            async with running.http.get(running.url + "/metrics", headers=headers) as answer:
                return answer.status

        assert [await scrape(away) for _ in range(4)] == [401, 401, 401, 429]
        assert [await scrape(scraper) for _ in range(4)] == [200] * 4
        assert [await scrape(wrong) for _ in range(4)] == [401, 401, 401, 429], "guessing is bounded as ever"


async def test_a_proxy_that_nobody_named_does_not_make_strangers_local(running: Running):
    headers = {"X-Forwarded-For": "203.0.113.9"}
    async with running.http.get(running.url + "/metrics", headers=headers) as answer:
        assert answer.status == 401


async def test_metrics_can_be_open_to_all(tmp_path: Path):
    async with collecting(settings_at(tmp_path, access=AccessSettings(metrics="open"))) as running:
        headers = {"X-Forwarded-For": "203.0.113.9"}
        async with running.http.get(running.url + "/metrics", headers=headers) as answer:
            assert answer.status == 200


def test_tokens_are_made_listed_and_revoked_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    (tmp_path / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\n")

    def run(*words: str) -> str:
        assert main(["token", words[0], "--config", str(config), *words[1:]]) == 0
        return capsys.readouterr().out

    text = run("create", "--kind", "api", "--role", "viewer", "--school", "lincoln", "--label", "wiki").strip()
    [row] = json.loads(run("list", "--kind", "api", "--format", "json"))
    assert (row["role"], row["schools"], row["label"], row["state"]) == ("viewer", "lincoln", "wiki", "active")
    assert row["expires_at"] > row["created_at"] + 300 * 86400
    run("revoke", text.partition(".")[0])
    assert json.loads(run("list", "--kind", "api", "--format", "json"))[0]["state"] == "revoked"
    assert json.loads(run("list", "--format", "json")) == []


def test_a_token_for_nothing_or_for_no_school_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\n")
    for words, says in (((), "--role"), (("--role", "school_staff"), "--school")):
        assert main(["token", "create", "--config", str(config), "--kind", "api", *words]) == 2
        assert says in capsys.readouterr().err
