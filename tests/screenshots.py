"""Pictures of every page for the documentation, from the demo: ``make screenshots``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

from browsing import chromium, demo

PAGES = {
    "overview": "/", "problems": "/problems", "devices": "/devices", "network": "/network", "standards": "/standards",
    "refresh": "/refresh?budget=4000", "erate": "/erate", "equity": "/equity", "register": "/register",
    "quarantine": "/quarantine", "set-up": "/set-up", "privacy": "/privacy", "school": "/schools/lincoln",
}  # fmt: skip
SIZE = {"width": 1200, "height": 760}
# Until the district was judged with all its devices, and the access point that dies in the demo is missed.
SETTLING_SECONDS = 180


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        async with demo(Path(scratch), laptops=60) as link, chromium() as browser:
            await asyncio.sleep(SETTLING_SECONDS)
            page = await browser.new_page(viewport=SIZE)
            await page.goto(link)
            base = link.split("/sign-in", maxsplit=1)[0]
            for name, path in PAGES.items():
                await page.goto(base + path)
                await keep(page, folder / f"{name}.png")
            await page.goto(base + "/devices?q=lin-1006")
            await keep(page, folder / "device.png")


async def keep(page: Page, file: Path) -> None:
    await page.screenshot(path=str(file))
    print(file)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
