"""Debian's Chromium over a running demo: a fresh profile, no browser of anybody else's, no downloads."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from free_ports import free_port

LINK = re.compile(r"open: (http://\S+)")
# WCAG 2.2 AA and everything before it, and axe's own good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@asynccontextmanager
async def demo(folder: Path, laptops: int = 12) -> AsyncIterator[str]:
    """Run the demo until the block ends; gives the link it prints."""
    command = ["-m", "homeroom_collector", "demo", "--port", str(free_port()), "--laptops", str(laptops)]
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        "--folder",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1_000_000,
    )
    try:
        yield await _link(program)
    finally:
        program.terminate()
        await asyncio.wait_for(program.wait(), 60)


async def _link(program: asyncio.subprocess.Process) -> str:
    assert program.stdout
    said = b""
    async with asyncio.timeout(90):
        while line := await program.stdout.readline():
            said += line
            if found := LINK.search(line.decode()):
                return found[1]
    pytest.fail(f"the demo printed no link: {said.decode()}")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser until the block ends."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is missing; install it with: make tools")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


async def keep_picture(page: Page, name: str) -> None:
    """Leave a picture of the whole page where whoever runs the tests keeps them, see ``docs/pages.md``."""
    folder = Path(os.environ.get("HOMEROOM_SCREENSHOTS") or Path(__file__).parents[1] / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=folder / f"{name}.png", full_page=True)


async def bring_axe(page: Page) -> None:
    """Load axe-core into a page: by the debugger, so that our own content security policy stays as it is."""
    await page.evaluate(_axe())


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds on a page, one line for each element; by these rules, or by all."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": RULES}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found: dict[str, Any] = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{page.url}: {each['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@cache
def _axe() -> str:
    [file] = [each for each in resources.files("axe_playwright_python").iterdir() if each.name == "axe.min.js"]
    return file.read_text(encoding="utf-8")
