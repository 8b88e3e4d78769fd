"""A reverse proxy that vouches for people."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, settings_at
from homeroom_collector.access.mapping import RoleRule
from homeroom_collector.access.roles import Role
from homeroom_collector.access.settings import AccessSettings, ProxySettings
from homeroom_collector.config import Listen, load
from homeroom_collector.errors import ConfigError

ACCESS = AccessSettings(
    proxy=ProxySettings(user_header="Remote-User"),
    roles=[
        RoleRule(role=Role.ADMIN, groups=["admins"]),
        RoleRule(role=Role.VIEWER, groups=["teachers"]),
    ],
)
AMY = {"Remote-User": "amy", "Remote-Groups": "teachers, admins", "Accept": "text/html"}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    settings = settings_at(tmp_path, access=ACCESS, listen=Listen(trusted_proxies=["127.0.0.1/32"]))
    async with collecting(settings) as running:
        yield running


async def test_whom_a_trusted_proxy_names_is_signed_in_and_may_send_forms(running: Running):
    async with running.http.get(running.url + "/", headers=AMY) as answer:
        assert answer.status == 200
        word = re.search(r'name="csrf" value="(\w+)"', await answer.text())[1]
        cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
    async with running.http.post(running.url + "/sign-out", headers=AMY, cookies=cookies, data={}) as answer:
        assert answer.status == 403
    out = running.http.post(
        running.url + "/sign-out", headers=AMY, cookies=cookies, data={"csrf": word}, allow_redirects=False
    )
    async with out as answer:
        assert answer.status == 303


async def test_the_cookie_is_worth_nothing_without_the_proxys_word(running: Running):
    async with running.http.get(running.url + "/", headers=AMY) as answer:
        cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
    async with running.http.get(running.url + "/", cookies=cookies) as answer:
        assert answer.status == 401
    bo = AMY | {"Remote-User": "bo", "Remote-Groups": "pupils"}
    async with running.http.get(running.url + "/", cookies=cookies, headers=bo) as answer:
        assert answer.status == 403
        assert "bo has no role" in await answer.text()


async def test_a_role_that_is_taken_away_is_gone_at_once(running: Running):
    async with running.http.get(running.url + "/", headers=AMY) as answer:
        cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
    demoted = AMY | {"Remote-Groups": ""}
    async with running.http.get(running.url + "/", headers=demoted, cookies=cookies) as answer:
        assert answer.status == 403


async def test_from_anybody_else_the_headers_are_air(tmp_path: Path):
    settings = settings_at(tmp_path, access=ACCESS, listen=Listen(trusted_proxies=["203.0.113.0/24"]))
    async with collecting(settings) as running, running.http.get(running.url + "/", headers=AMY) as answer:
        assert answer.url.path == "/sign-in"


def test_a_proxy_without_trust_is_an_error_of_the_configuration(tmp_path: Path):
    config = tmp_path / "collector.yml"
    config.write_text("access:\n  proxy: {user_header: Remote-User}\n")
    with pytest.raises(ConfigError, match=re.escape("name it in listen.trusted_proxies")):
        load(config)
