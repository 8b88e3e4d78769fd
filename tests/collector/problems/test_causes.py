"""Root causes, from reports to rows: each fault is one problem, with the right members."""

import pytest

from homeroom_agent.report.network import Ups
from homeroom_collector.rules.problem_state import State
from problem_world import Gear, World, moment

MORNING = moment("2026-10-14T10:00")
NIGHT = moment("2026-10-14T23:00")
UPLINK = "lincoln/uplink_down/lincoln"


async def healthy(world: World, at: float) -> float:
    """Two schools in order for three minutes; gives when they end."""
    for name in ("lincoln", "roosevelt"):
        world.usual_school(name, laptops=12)
    world.hear_all(at - 60)
    await world.run(at, 180)
    assert world.states() == {}
    return at + 180


@pytest.mark.parametrize("at", [MORNING, NIGHT])
async def test_a_dead_uplink_is_one_problem_that_ends_by_itself(world: World, at: float):
    at = await healthy(world, at)
    world.dead = {"lincoln-fw"}
    await world.run(at, 600)
    assert world.opened() == [UPLINK]
    (row,) = world.roots().values()
    assert set(row.problem.members) >= {name for name, gear in world.gear.items() if gear.school == "lincoln"}
    assert len(row.problem.members) == 9 + 12
    world.dead = set()
    await world.run(at + 600, 900)
    assert world.opened() == [UPLINK]
    assert world.states() == {}, "every effect is gone with its cause"


async def test_the_network_gear_nearest_to_the_district_explains_all_schools_behind_it(world: World):
    world.add_school("office")
    world.add_gear(Gear("core", "office", "router"), Gear("office-server", "office", "server", "core"))
    for name in ("lincoln", "roosevelt", "adams"):
        world.usual_school(name, laptops=5, parent="core")
    world.hear_all(MORNING - 60)
    await world.run(MORNING, 180)
    world.dead = {"core"}
    await world.run(MORNING + 180, 600)
    assert world.opened() == ["office/uplink_down/office"]
    (row,) = world.roots().values()
    assert len(row.problem.members) == 2 + 3 * (9 + 5)
    world.dead = set()
    await world.run(MORNING + 780, 900)
    assert len(world.opened()) == 1
    assert world.states() == {}


async def test_a_dead_closet_switch_explains_its_access_point_and_its_ups(world: World):
    at = await healthy(world, MORNING)
    world.dead = {"lincoln-sw-0"}
    await world.run(at, 600)
    assert world.opened() == ["lincoln/switch_down/lincoln-sw-0"]
    (row,) = world.roots().values()
    assert row.problem.members == ("lincoln-ap-0", "lincoln-ups-0")


async def test_a_ups_on_battery_explains_the_closet_that_goes_dark_after_it(world: World):
    at = await healthy(world, MORNING)
    ups = world.gear["lincoln-ups-0"]
    ups.facts["ups"] = Ups(on_battery=True, battery_runtime_seconds=600)
    await world.run(at, 300)
    world.dead = {"lincoln-sw-0"}
    await world.run(at + 300, 600)
    assert world.opened() == ["lincoln/ups_on_battery/lincoln-ups-0"]
    (row,) = world.roots().values()
    assert set(row.problem.members) == {"lincoln-sw-0", "lincoln-ap-0"}
    world.dead = set()
    ups.facts.clear()
    await world.run(at + 900, 1_200)
    assert len(world.opened()) == 1
    assert world.states() == {}


async def test_a_whole_school_without_mains_is_one_problem(world: World):
    at = await healthy(world, MORNING)
    for number in range(2):
        world.gear[f"lincoln-ups-{number}"].facts["ups"] = Ups(on_battery=True)
    await world.run(at, 180)
    world.dead = {name for name, gear in world.gear.items() if gear.school == "lincoln"}
    await world.run(at + 180, 600)
    assert list(world.roots()) == ["lincoln/power_out/lincoln"]
    assert len(world.roots()["lincoln/power_out/lincoln"].problem.members) == 9 + 12


async def test_silence_of_a_school_without_gear_is_a_cause_by_itself_by_day(world: World):
    world.add_school("annex")
    world.add_laptops("annex", 30)
    await world.run(MORNING - 1_200, 1_800)
    world.quiet_schools = {"annex"}
    await world.run(MORNING + 600, 1_200)
    assert world.opened() == ["annex/school_dark/annex"]
    assert len(world.roots()["annex/school_dark/annex"].problem.members) == 30
    world.quiet_schools = set()
    await world.run(MORNING + 1_800, 1_200)
    assert world.states() == {}


async def test_silence_at_the_end_of_the_day_is_quiet(world: World):
    world.add_school("annex")
    world.add_laptops("annex", 30)
    await world.run(moment("2026-10-14T14:40"), 1_200)
    await world.run(moment("2026-10-14T15:00"), 7_200, laptops=False)
    assert world.opened() == []


async def test_an_effect_that_was_a_problem_is_explained_and_released(world: World):
    at = await healthy(world, MORNING)
    world.dead = {"lincoln-ap-1"}
    await world.run(at, 300)
    ap = "lincoln/access_point_down/lincoln-ap-1"
    assert list(world.roots()) == [ap]
    opened_at = world.roots()[ap].opened_at
    world.dead = {"lincoln-ap-1", "lincoln-fw"}
    await world.run(at + 300, 600)
    assert list(world.roots()) == [UPLINK]
    assert world.keeper.rows[ap].problem.cause == UPLINK
    world.dead = {"lincoln-ap-1"}
    await world.run(at + 900, 900)
    assert list(world.roots()) == [ap]
    assert world.roots()[ap].opened_at == opened_at
    assert world.opened() == [ap, UPLINK]


async def test_what_nobody_polls_is_unknown_and_stays_what_it_was(world: World):
    at = await healthy(world, MORNING)
    world.dead = {"lincoln-sw-0"}
    await world.run(at, 300)
    gear, world.gear = world.gear, {}
    await world.run(at + 300, 900)
    assert world.states()["lincoln/switch_down/lincoln-sw-0"] == State.OPEN
    assert world.opened() == ["lincoln/switch_down/lincoln-sw-0"]
    world.gear, world.dead = gear, set()
    await world.run(at + 1_200, 900)
    assert world.states() == {}


async def test_twenty_flaps_are_one_problem(world: World):
    at = await healthy(world, MORNING)
    for _ in range(20):
        world.dead = {"lincoln-ap-0"}
        await world.run(at, 180)
        world.dead = set()
        await world.run(at + 180, 120)
        at += 300
    assert world.opened() == ["lincoln/access_point_down/lincoln-ap-0"]
