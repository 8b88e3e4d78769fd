"""The documentation as a site: whole, without a dead link, and with nothing loaded from elsewhere."""

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page
from playwright.async_api import TimeoutError as NotThereYet

from browsing import chromium
from homeroom_collector.app import build
from homeroom_collector.config import Settings
from homeroom_collector.views.api.openapi import calls
from stack import until

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def built(folder: Path, by: Path = DOCS / "site") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, by / "build.py", folder], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    ran = built(folder)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", ""), "make docs has warnings"
    return folder


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_page_and_every_configuration_file_can_be_reached_from_the_navigation(site: Path):
    home = (site / "index.html").read_text()
    kept = subprocess.run(["git", "ls-files", "docs", "configs"], cwd=ROOT, capture_output=True, text=True, check=True)
    pages = [
        file.removeprefix("docs/").removesuffix(".md").replace("README", "index")
        for file in kept.stdout.splitlines()
        if file.startswith("configs/") or file.endswith(".md")
    ]
    assert len(pages) > 60
    assert [page for page in pages if f'href="{page}.html"' not in home] == []


def test_the_page_of_the_api_has_every_call_that_the_collector_answers(site: Path):
    shown = re.findall(r"<code>([A-Z]+) (/api/v1/\S+)</code>", (site / "api.html").read_text())
    assert sorted(shown) == sorted((method, path) for method, path, _ in calls(build(Settings())))


async def first_found(page: Page, word: str) -> str:
    """The first hit of the site's search. What is typed before its index is loaded is not looked for, so type again."""
    field, first = page.locator("input.md-search__input"), page.locator("a.md-search-result__link").first

    async def look() -> str | None:
        await field.fill("")
        await field.press_sequentially(word)
        try:
            await first.wait_for(timeout=5_000)
        except NotThereYet:
            return None
        return await first.inner_text()

    return await until(look, 90, f"a hit for {word!r}")


@pytest.mark.timeout(300)
async def test_a_reader_finds_pages_by_search_on_a_desk_and_on_a_phone_and_asks_nobody_else(served: str):
    asked: list[str] = []
    async with chromium() as browser:
        for size in (DESKTOP, PHONE):
            page = await browser.new_page(viewport=size)  # type: ignore[arg-type]
            page.on("request", lambda request: asked.append(request.url))
            for path in ("index", "install", "api", "runbooks/index", "configs/collector.yml"):
                await page.goto(f"{served}/{path}.html")
                assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            if size is PHONE:
                await page.locator("label[for=__search].md-header__button").click()
            assert "nginx" in (await first_found(page, "nginx")).lower()
            await page.close()
    assert [url for url in asked if not url.startswith(served)] == []


def test_a_dead_link_stops_the_build(tmp_path: Path):
    (tmp_path / "docs" / "site").mkdir(parents=True)
    (tmp_path / "docs" / "index.md").write_text("# A page\n\nSee [the other](nowhere.md).\n")
    shutil.copy(DOCS / "site" / "build.py", tmp_path / "docs" / "site")
    whole = (DOCS / "site" / "mkdocs.yml").read_text()
    (tmp_path / "docs" / "site" / "mkdocs.yml").write_text(whole[: whole.index("\nnav:")].replace("[hooks.py]", "[]"))
    ran = built(tmp_path / "out", tmp_path / "docs" / "site")
    assert ran.returncode == 1
    assert "nowhere.md" in ran.stderr + ran.stdout
