"""One set of real programs for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from free_ports import free_port
from homeroom_collector.demo.processes import Children
from stack import Stack


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    children = Children(tmp_path / "logs")
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            yield Stack(tmp_path, children, http, free_port())
    finally:
        await children.stop()
