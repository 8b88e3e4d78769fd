"""A ticket whose problem becomes an effect of another cause: where it goes on, and when it comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from collector.tickets.test_loop import DAY, HOUR, World
from homeroom_collector.rules.incident import Explained
from homeroom_collector.rules.ticket import Action, Human, Phase
from homeroom_collector.store import open_store
from ticket_samples import done, incident

SWITCH = incident("switch_down", subject="sw-7", summary="Switch sw-7 is down")
UPLINK = incident("uplink_down", subject="core-1", summary="The uplink is down.")
EXPLAINED = Explained(key=SWITCH.key, cause=UPLINK.key, cause_summary=UPLINK.summary)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        world = World(store)
        world.source.incidents = [SWITCH]
        yield world


async def explain(world: World, seconds: float) -> None:
    """The uplink is found to be the cause, and both last."""
    world.source.incidents, world.source.explained = [UPLINK], [EXPLAINED]
    await go(world, seconds)


async def go(world: World, seconds: float) -> None:
    await world.run(world.replica(), seconds, step=max(20.0, seconds / 15))


async def test_it_is_closed_with_the_cause_and_the_ticket_where_it_goes_on(world: World):
    await go(world, 60)
    await explain(world, 700)
    switch, uplink = world.desk.rows["1"], world.desk.rows["2"]
    assert (switch.status, uplink.status) == ("resolved", "open")
    last = switch.entries[-1]
    assert "this belongs to another cause: The uplink is down.\nIt goes on in ticket 2." in last
    assert "The cause is gone" not in last


async def test_it_is_not_opened_again_where_it_goes_away_with_its_cause(world: World):
    await go(world, 60)
    await explain(world, HOUR)
    # The uplink is back, and the switch is released before it is seen to be up again.
    world.source.incidents, world.source.explained = [SWITCH], []
    await go(world, 300)
    world.source.incidents = []
    await go(world, 2 * HOUR)
    assert [row.status for row in world.desk.rows.values()] == ["resolved", "resolved"]
    assert done(world.desk, Action.CREATE) == 2
    assert not any("still there" in text for text in world.desk.rows["1"].entries)


async def test_it_is_opened_again_where_it_outlasts_its_cause_and_that_is_no_relapse(world: World):
    await go(world, 60)
    await explain(world, HOUR)
    world.source.incidents, world.source.explained = [SWITCH], []
    await go(world, 700)
    row = world.desk.rows["1"]
    assert row.status == "open"
    assert "What explained it is over since" in row.entries[-1]
    assert "This is still there. Switch sw-7 is down." in row.entries[-1]
    # It did not come and go, so that it is resolved after the usual time.
    world.source.incidents = []
    await go(world, 700)
    assert row.status == "resolved"
    assert "The cause is gone since" in row.entries[-1]
    assert done(world.desk, Action.CREATE) == 2


async def test_what_is_explained_for_a_moment_is_told_nothing(world: World):
    await go(world, 60)
    before = len(world.desk.rows["1"].entries)
    await explain(world, 300)
    world.source.incidents, world.source.explained = [SWITCH, UPLINK], []
    await go(world, HOUR)
    assert (world.desk.rows["1"].status, len(world.desk.rows["1"].entries)) == ("open", before)


async def test_what_ends_with_its_cause_before_that_was_told_says_that_it_is_gone(world: World):
    await go(world, 60)
    await explain(world, 300)
    world.source.incidents, world.source.explained = [], []
    await go(world, 700)
    assert "The cause is gone since" in world.desk.rows["1"].entries[-1]
    assert "another cause" not in world.desk.rows["1"].entries[-1]


async def test_what_had_no_ticket_gets_none_while_it_is_explained_and_for_a_while_after(world: World):
    world.source.incidents = [replace(SWITCH, quiet=True)]  # a maintenance window covers it
    await go(world, 60)
    await explain(world, 3 * HOUR)
    assert [row.new.kind for row in world.desk.rows.values()] == ["uplink_down"]
    world.source.incidents, world.source.explained = [SWITCH], []
    await go(world, 300)
    assert len(world.desk.rows) == 1
    await go(world, 400)
    assert [row.new.kind for row in world.desk.rows.values()] == ["uplink_down", "switch_down"]
    assert "is still there: The uplink is down" in world.desk.rows["2"].new.text


async def test_the_first_cause_is_named_where_one_explains_another(world: World):
    core = incident("core_down", school="", subject="core", summary="The core is down")
    await go(world, 60)
    world.source.incidents = [core]
    world.source.explained = [EXPLAINED, Explained(key=UPLINK.key, cause=core.key, cause_summary=core.summary)]
    await go(world, 700)
    assert "another cause: The core is down.\nIt goes on in ticket 2." in world.desk.rows["1"].entries[-1]


async def test_causes_that_name_each_other_end_nothing_but_the_search(world: World):
    await go(world, 60)
    world.source.incidents = []
    world.source.explained = [EXPLAINED, Explained(key=UPLINK.key, cause=SWITCH.key, cause_summary=SWITCH.summary)]
    await go(world, 700)
    assert world.desk.rows["1"].status == "resolved"


async def test_a_cause_that_outlasts_the_time_to_reopen_leaves_a_new_ticket_that_names_the_old(world: World):
    await go(world, 60)
    await explain(world, 4 * DAY)
    world.source.incidents, world.source.explained = [SWITCH], []
    await go(world, 300)
    assert len(world.desk.rows) == 2
    await go(world, 700)
    assert "It happened before: ticket 1" in world.desk.rows["3"].new.text


async def test_what_a_person_closed_before_its_cause_was_found_stays_theirs(world: World):
    await go(world, 60)
    world.desk.rows["1"].status = "resolved"
    await go(world, 1200)  # Homeroom has seen that by now
    await explain(world, HOUR)
    world.source.incidents, world.source.explained = [SWITCH], []
    await go(world, 2 * HOUR)
    [ticket] = [each for each in await world.stored() if each.kind == "switch_down"]
    assert (ticket.phase, ticket.human, world.desk.rows["1"].status) == (Phase.RESOLVED, Human.RESOLVED, "resolved")
