"""Signing in at a real OpenID Connect provider, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from browsing import bring_axe, chromium, violations
from collector.collecting import Running, collecting, settings_at
from homeroom_collector.access.mapping import RoleRule
from homeroom_collector.access.roles import Role
from homeroom_collector.access.settings import AccessSettings, OpenIdSettings
from homeroom_collector.secret import Secret
from openid_provider import SECRET, RealProvider, real_provider

STAFF = {"sub": "bo", "email": "bo@school.example", "groups": ["staff-lincoln"]}
RULES = [
    RoleRule(role=Role.TECHNICIAN, groups=["technicians"]),
    RoleRule(role=Role.SCHOOL_STAFF, groups=["staff-*"], schools=["{1}"]),
]


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[RealProvider]:
    async with real_provider(tmp_path, **STAFF) as provider:
        yield provider


@pytest.fixture
async def running(tmp_path: Path, provider: RealProvider) -> AsyncIterator[Running]:
    openid = OpenIdSettings(issuer=provider.issuer, client_id="homeroom", client_secret=Secret(SECRET))
    async with collecting(settings_at(tmp_path, access=AccessSettings(openid=openid, roles=RULES))) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def stranger(browser: Browser) -> Page:
    """A browser that never was here. It asks nobody but this machine; the provider's page would ask for a style."""

    async def ask(route: Route) -> None:
        nearby = urlsplit(route.request.url).hostname == "127.0.0.1"
        await (route.continue_() if nearby else route.abort())

    page = await browser.new_page()
    await page.route("**/*", ask)
    return page


async def sign_in(page: Page, address: str) -> None:
    """From any page of ours over the provider's and back."""
    await page.goto(address)
    await page.get_by_role("link", name="Sign in with").click()
    await page.get_by_placeholder("sub").fill("bo")
    await page.get_by_role("button", name="Authorize").click()


@pytest.mark.slow
async def test_groups_decide_what_is_seen_and_a_role_that_was_taken_away_is_gone_at_the_next_sign_in(
    browser: Browser, running: Running, provider: RealProvider
):
    page = await stranger(browser)

    # Whoever wanted a page ends there, and sees the school of his group alone.
    await page.goto(running.url + "/devices?q=cart")
    await bring_axe(page)
    assert await violations(page) == []
    await sign_in(page, running.url + "/devices?q=cart")
    await page.wait_for_url(running.url + "/devices?q=cart")
    await expect(page.get_by_role("banner")).to_contain_text("bo@school.example")
    await page.goto(running.url + "/")
    assert "Lincoln" in await page.inner_text("main")
    assert "Roosevelt" not in await page.inner_text("main")
    await expect(page.get_by_role("link", name="Set-up")).to_have_count(0)

    # Another group at the provider: this session stays what it was, the next one is another.
    await provider.knows("bo", email="bo@school.example", groups=["technicians"])
    await page.reload()
    assert "Roosevelt" not in await page.inner_text("main")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
    await page.goto(running.url + "/devices")
    await expect(page.get_by_role("link", name="Sign in with")).to_be_visible()
    await sign_in(page, running.url + "/")
    await page.wait_for_url(running.url + "/")
    assert "Roosevelt" in await page.inner_text("main")
    await expect(page.get_by_role("link", name="Set-up")).to_be_visible()

    # No group any more: nobody comes in, and the page says who has no role.
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
    await provider.knows("bo", email="bo@school.example", groups=[])
    await sign_in(page, running.url + "/")
    await expect(page.locator("main")).to_contain_text("bo@school.example has no role")
    await page.goto(running.url + "/devices")
    await expect(page.get_by_role("link", name="Sign in with")).to_be_visible()
