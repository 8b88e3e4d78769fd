"""What people do, in a real browser over the running demo, and that everybody can."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from browsing import bring_axe, chromium, demo, keep_picture, violations
from stack import until

PAGES = {
    "overview": "/", "problems": "/problems", "devices": "/devices", "network": "/network", "standards": "/standards",
    "refresh": "/refresh", "what-if": "/refresh?budget=2000", "erate": "/erate", "equity": "/equity",
    "register": "/register", "quarantine": "/quarantine", "rejected": "/quarantine?standing=rejected",
    "set-up": "/set-up", "privacy": "/privacy", "sign-in": "/sign-in", "school": "/schools/lincoln",
}  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture
async def link(tmp_path: Path) -> AsyncIterator[str]:
    async with demo(tmp_path / "demo") as link:
        yield link


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def signed_in(browser: Browser, link: str, *, scripts: bool = True) -> Page:
    context = await browser.new_context(java_script_enabled=scripts, viewport=DESK)
    page = await context.new_page()
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("The district today")
    return page


async def loaded(page: Page, path: str, words: str) -> None:
    """Load a page again until it holds the words: the demo's district has just woken up."""

    async def look() -> bool | None:
        await page.goto(path)
        return True if words in await page.inner_text("main") else None

    await until(look, 120, f"{words!r} on {path}")


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_technician_finds_decides_answers_and_enrols(browser: Browser, link: str):
    page = await signed_in(browser, link)
    base = link.split("/sign-in", maxsplit=1)[0]

    # The link worked once.
    stranger = await (await browser.new_context()).new_page()
    await stranger.goto(link)
    assert "used before" in await stranger.inner_text("main")

    # A device by its asset tag, in the one box.
    await loaded(page, base + "/devices?q=lin-1003", "What happened to it")
    await page.goto(base + "/")
    await page.get_by_role("searchbox").fill("lin-1003")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/devices/dev-*")
    assert "LIN-1003" in await page.inner_text("main")

    # District, school, device, problem.
    await loaded(page, base + "/problems", "battery")
    await page.goto(base + "/problems")
    school = await page.locator("tbody tr td").nth(1).inner_text()
    name = (await page.locator("tbody tr th").first.inner_text()).split()[0]
    await page.goto(base + "/")
    await page.get_by_role("link", name=school).click()
    await page.get_by_role("link", name=name, exact=True).click()
    await page.locator("section[aria-labelledby=problems] a").first.click()
    await page.wait_for_url("**/problems/*")

    # Seen.
    await page.get_by_label("Note").fill("ordered a battery")
    await page.get_by_role("button", name="Acknowledge").click()
    assert "demo has seen it" in await page.inner_text("main")
    assert "ordered a battery" in await page.inner_text("main")

    # Another budget, another plan.
    await loaded(page, base + "/refresh", "Purchases")
    await page.goto(base + "/refresh")
    before = await page.locator("svg").first.get_attribute("aria-label")
    await page.locator("input[type=range]").fill("1000")
    await page.wait_for_url("**budget=1000*")
    assert "with $1,000 a year" in await page.inner_text("main")
    assert await page.locator("svg").first.get_attribute("aria-label") != before

    # A device that enrols with what the set-up page gives.
    await page.goto(base + "/set-up")
    await page.get_by_label("What for").fill("cart 7")
    await page.get_by_role("button", name="Make a token").click()
    token = await page.locator("pre.token").inner_text()
    body = {"token": token, "device": {"platform": "chromeos", "serial": "BROWSER1"}}
    answer = await page.request.post(base + "/api/v1/enroll", data=body)
    assert answer.status == 201

    # It is in no register, so somebody has to let it in.
    await page.get_by_role("link", name="Quarantine").click()
    await page.get_by_role("checkbox", name="BROWSER1").check()
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("status")).to_contain_text("1 device accepted")
    await loaded(page, base + "/devices?q=BROWSER1", "What happened to it")
    await page.wait_for_url("**/devices/dev-*")

    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_everybody_can_read_every_page_light_dark_small_and_without_scripts(browser: Browser, link: str):
    page = await signed_in(browser, link)
    base = link.split("/sign-in", maxsplit=1)[0]
    await loaded(page, base + "/network", "Lincoln Elementary")
    await loaded(page, base + "/devices?q=lin-1003", "What happened to it")
    device = page.url.removeprefix(base)
    await page.goto(base + "/devices")
    gear = await page.locator("section[aria-labelledby=network] tbody th a").first.get_attribute("href")
    await loaded(page, base + "/problems", "battery")
    problem = await page.locator("tbody th a").first.get_attribute("href")
    pages = PAGES | {"device": device, "gear": str(gear), "problem": str(problem)}
    found: list[str] = []
    for name, path in pages.items():
        answer = await page.goto(base + path)
        assert answer is not None
        assert answer.status == 200, path
        await bring_axe(page)
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size(DESK)
        found += await violations(page)
        await keep_picture(page, f"{name}-light")
        await page.emulate_media(color_scheme="dark")
        found += await violations(page, "color-contrast", "link-in-text-block")
        await keep_picture(page, f"{name}-dark")
        await page.set_viewport_size(PHONE)
        found += await violations(page, "target-size", "scrollable-region-focusable")
        await keep_picture(page, f"{name}-phone")
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{path} scrolls sideways on a phone"] if wide else []
    assert found == []

    # The keyboard alone: past the navigation, and to the search.
    await page.set_viewport_size(DESK)
    await page.goto(base + "/devices")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"

    # Without scripts every page says the same.
    state = await page.context.storage_state()
    plain = await (await browser.new_context(java_script_enabled=False, storage_state=state)).new_page()
    for path in pages.values():
        await page.goto(base + path)
        await plain.goto(base + path)
        assert await plain.locator("main h1").inner_text() == await page.locator("main h1").inner_text()
        assert await plain.locator("main table tr").count() == await page.locator("main table tr").count()
    await plain.goto(base + "/refresh")
    await plain.locator("input[name=budget]").fill("1500")
    await plain.get_by_role("button", name="Plan with it").click()
    assert "with $1,500 a year" in await plain.inner_text("main")
