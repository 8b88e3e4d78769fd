"""Signing in by a one-time link, staying signed in, changing something, signing out."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.access.link import make_link
from homeroom_collector.config import Listen
from homeroom_collector.store import sign_ins

ADMIN = role("admin")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


@pytest.fixture
async def browser(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with await running.signed_in(ADMIN) as browser:
        yield browser


async def status(browser: aiohttp.ClientSession, url: str) -> int:
    async with browser.get(url, allow_redirects=False) as answer:
        return answer.status


async def word(browser: aiohttp.ClientSession, running: Running) -> str:
    async with browser.get(running.url + "/") as answer:
        return re.search(r'name="csrf" value="(\w+)"', await answer.text())[1]


async def outcomes(running: Running) -> list[tuple[str, str]]:
    found = await running.collector.store.read(lambda c: sign_ins.listed(c, since=0, most=10))
    return [(entry.outcome, entry.method) for entry in found]


async def test_a_person_without_a_session_is_shown_where_to_sign_in_and_comes_back(running: Running):
    headers = {"Accept": "text/html"}
    async with running.http.get(running.url + "/?q=cart", headers=headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2F%3Fq%3Dcart")
    async with running.http.get(running.url + "/sign-in", headers=headers) as answer:
        assert "homeroom sign-in" in await answer.text()


async def test_a_link_signs_in_once(running: Running, browser: aiohttp.ClientSession):
    assert await status(browser, running.url + "/") == 200
    link = await make_link(running.collector.store, running.url, "amy", ADMIN, time.time() + 60)
    async with running.http.get(link, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
    async with running.http.get(link, allow_redirects=False) as answer:
        assert answer.status == 403
        assert "used before" in await answer.text()
    assert await outcomes(running) == [("refused", "link"), ("signed in", "link"), ("signed in", "link")]


async def test_a_link_that_waited_too_long_is_worth_nothing(running: Running):
    link = await make_link(running.collector.store, running.url, "amy", ADMIN, time.time() - 1)
    async with running.http.get(link, allow_redirects=False) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-in/link?key=x"])
async def test_a_link_leads_to_no_other_site(running: Running, path: str):
    link = await make_link(running.collector.store, running.url, "amy", ADMIN, time.time() + 60)
    async with running.http.get(link, params={"next": path}, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(running: Running, browser: aiohttp.ClientSession):
    [cookie] = browser.cookie_jar
    assert (cookie.key, cookie["httponly"], cookie["samesite"]) == ("homeroom_session", True, "Lax")
    assert cookie.value not in str(await running.rows("SELECT * FROM sessions"))


async def test_behind_tls_the_cookie_is_bound_to_the_host_and_encrypted(tmp_path: Path):
    settings = settings_at(tmp_path, listen=Listen(trusted_proxies=["127.0.0.0/8"]))
    async with collecting(settings) as running:
        link = await make_link(running.collector.store, running.url, "amy", ADMIN, time.time() + 60)
        headers = {"X-Forwarded-Proto": "https"}
        async with running.http.get(link, headers=headers, allow_redirects=False) as answer:
            assert answer.cookies["__Host-homeroom_session"]["secure"]
            assert answer.headers["Strict-Transport-Security"]


async def test_signing_out_ends_the_session_for_every_replica(running: Running, browser: aiohttp.ClientSession):
    form = {"csrf": await word(browser, running)}
    stolen = {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser.cookie_jar)}
    async with browser.post(running.url + "/sign-out", data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    assert await status(browser, running.url + "/") == 303
    async with running.http.get(running.url + "/", headers=stolen, allow_redirects=False) as answer:
        assert answer.status == 401
    assert (await outcomes(running))[0] == ("signed out", "link")


async def test_a_form_without_the_sessions_word_changes_nothing(running: Running, browser: aiohttp.ClientSession):
    for form in ({}, {"csrf": "0" * 64}):
        async with browser.post(running.url + "/sign-out", data=form, allow_redirects=False) as answer:
            assert answer.status == 403
    assert await status(browser, running.url + "/") == 200


async def test_a_form_from_another_site_changes_nothing(running: Running, browser: aiohttp.ClientSession):
    form, headers = {"csrf": await word(browser, running)}, {"Origin": "https://evil.example"}
    async with browser.post(running.url + "/sign-out", data=form, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
    assert await status(browser, running.url + "/") == 200


async def test_pages_forbid_scripts_in_the_text_and_frames(running: Running, browser: aiohttp.ClientSession):
    async with browser.get(running.url + "/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_session_ends_by_itself(running: Running, browser: aiohttp.ClientSession):
    await running.collector.store.write(lambda c: c.exec_driver_sql("UPDATE sessions SET expires_at = 1").close())
    assert await status(browser, running.url + "/") == 303
