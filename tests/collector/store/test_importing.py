"""Rows come into the register of assets while others write, and nobody's change is lost."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from homeroom_collector.rules.register import added
from homeroom_collector.rules.register_plan import Row
from homeroom_collector.store import Connection, Store, assets, importing, open_store


def row(line: int, tag: str, model: str) -> Row:
    return Row(line=line, values={"asset_tag": tag, "model": model})


class Disturbed(tuple[Row, ...]):
    """Rows; whoever begins to look at them is disturbed, so many times."""

    disturb: Callable[[], None]
    times: int

    def __iter__(self) -> Iterator[Row]:
        if self.times:
            self.times -= 1
            self.disturb()
        return super().__iter__()


def _add(connection: Connection, name: str) -> None:
    merge = added({"asset_tag": name, "model": "by another"}, "another")
    assets.add(connection, [merge.entry])
    assets.log(connection, [(name, change) for change in merge.changes], source="another", now=1.0)


def _models(connection: Connection) -> dict[str, str | None]:
    return {each.asset_tag or "": each.model for each in assets.listed(connection)}


@pytest.mark.parametrize("times", [0, 1, 2, 3])
async def test_what_others_add_meanwhile_is_seen_and_kept(tmp_path: Path, times: int):
    loop = asyncio.get_running_loop()
    names = iter(("a", "c", "d"))
    rows = Disturbed([row(2, "a", "L1"), row(3, "b", "L2")])
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        # This returns, so rows are looked at while nothing is locked.
        rows.disturb = lambda: asyncio.run_coroutine_threadsafe(
            store.write(partial(_add, name=next(names))), loop
        ).result(30)
        rows.times = times
        found = await importing.bring_in(store, rows, "file")
        models = await store.read(_models)
    assert models["b"] == "L2"
    assert models["a"] == ("by another" if times else "L1")
    assert len(models) == max(2, 1 + times)
    assert (len(found.added), len(found.conflicts)) == ((1, 1) if times else (2, 0))


async def test_a_dry_run_tells_and_writes_nothing(store: Store):
    found = await importing.bring_in(store, [row(2, "a", "L1")], "file", dry_run=True)
    assert len(found.added) == 1
    assert await store.read(assets.listed) == []


async def test_an_import_changes_what_it_wins_and_logs_it(store: Store):
    await importing.bring_in(store, [row(2, "a", "L1"), row(3, "b", "L2")], "file")
    found = await importing.bring_in(store, [row(2, "a", "L9"), row(3, "b", "L2")], "file")
    assert (len(found.added), len(found.changed), found.same) == (0, 1, 1)
    assert await store.read(_models) == {"a": "L9", "b": "L2"}
    [changed] = [each for each in await store.read(assets.history) if each["field"] == "model" and each["before"]]
    assert (changed["before"], changed["after"]) == ("L1", "L9")
