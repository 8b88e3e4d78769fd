"""A district on a store of its own."""

from pathlib import Path

import pytest

from homeroom_collector.store import Store, open_store
from problem_world import World


@pytest.fixture
async def store(tmp_path: Path):
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as opened:
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
