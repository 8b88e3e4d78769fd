"""Maintenance, collection season, restarts and replicas."""

from functools import partial
from pathlib import Path

from homeroom_agent.report import Battery
from homeroom_agent.report.network import Wireless
from homeroom_collector.problems.settings import ProblemSettings, RuleBook, SeasonSettings
from homeroom_collector.rules.maintenance import Window
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Store, maintenance, open_store
from problem_world import World, moment

MORNING = moment("2026-10-14T10:00")
UPLINK = "lincoln/uplink_down/lincoln"


async def plan(store: Store, **given: object) -> None:
    window = Window(starts_at=MORNING - 60, ends_at=MORNING + 1_200, **given)  # type: ignore[arg-type]
    await store.write(partial(maintenance.add, window=window))


async def test_work_at_a_school_makes_no_problem_until_it_is_over(world: World, store: Store):
    for name in ("lincoln", "roosevelt"):
        world.usual_school(name, laptops=3)
    await plan(store, school_id="lincoln")
    world.hear_all(MORNING - 60)
    world.dead = {"lincoln-fw", "roosevelt-ap-0"}
    await world.run(MORNING, 1_100)
    assert world.opened() == ["roosevelt/access_point_down/roosevelt-ap-0"], "the other school is not at work"
    await world.run(MORNING + 1_100, 300)
    assert world.opened()[1:] == [UPLINK], "what is still broken then is a problem"


async def test_work_on_a_device_covers_what_is_behind_it(world: World, store: Store):
    world.usual_school("lincoln", laptops=3)
    await plan(store, device_id="lincoln-sw-0")
    world.hear_all(MORNING - 60)
    world.dead = {"lincoln-sw-0"}
    await world.run(MORNING, 400)
    world.dead = {"lincoln-ap-0"}  # its cable is out while its switch is back
    await world.run(MORNING + 400, 500)
    assert world.opened() == []
    world.dead = {"lincoln-ap-1"}
    await world.run(MORNING + 900, 300)
    assert world.opened() == ["lincoln/access_point_down/lincoln-ap-1"]


async def test_work_never_keeps_a_problem_from_ending(world: World, store: Store):
    world.usual_school("lincoln", laptops=3)
    world.hear_all(MORNING - 700)
    world.dead = {"lincoln-fw"}
    await world.run(MORNING - 600, 500)
    await plan(store, school_id="lincoln")
    await world.run(MORNING - 100, 200)
    assert list(world.roots()) == [UPLINK]
    world.dead = set()
    await world.run(MORNING + 100, 900)
    assert world.states() == {}


async def test_while_laptops_are_collected_nothing_is_missing(store: Store):
    season = SeasonSettings(first="05-25", last="08-10")
    world = World(store, book=RuleBook(ProblemSettings(collection=[season])))
    world.add_school("lincoln")
    world.add_laptops("lincoln", 2)
    world.hear_all(moment("2026-05-04T09:00"))
    for day in ("05-15", "05-22"):
        world.say("lincoln-laptop-0", moment(f"2026-{day}T09:30"))
        for minute in ("00", "20", "40"):
            await world.look(moment(f"2026-{day}T10:{minute}"))
    missing = "lincoln/device_missing/lincoln-laptop-1"
    assert world.opened() == [missing]
    for day in ("06-10", "07-20", "08-10"):
        for minute in ("00", "40"):
            await world.look(moment(f"2026-{day}T10:{minute}"))
    assert world.opened() == [missing], "the other one is on the collection list only"
    world.say("lincoln-laptop-1", moment("2026-08-10T10:45"))
    for minute in ("46", "56"):
        await world.look(moment(f"2026-08-10T10:{minute}"))
    assert world.states() == {}, "what comes back is back"


async def test_a_restart_neither_closes_nor_repeats_a_problem(tmp_path: Path):
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        before = World(store)
        before.usual_school("lincoln", laptops=3)
        worn = before.laptops["lincoln-laptop-0"]
        worn.facts["batteries"] = [Battery(name="BAT0", health_ratio=0.45)]
        before.gear["lincoln-ap-0"].facts["wireless"] = Wireless(access_points=10, clients=9)
        before.hear_all(MORNING - 600)
        before.gear["lincoln-ap-0"].facts["wireless"] = Wireless(access_points=7, clients=9)
        before.dead = {"lincoln-ups-1"}
        await before.run(MORNING - 540, 540)
        keys = {
            "lincoln/battery_worn/lincoln-laptop-0:BAT0",
            "lincoln/access_points_lost/lincoln-ap-0",
            "lincoln/gear_down/lincoln-ups-1",
        }
        assert set(before.states()) == keys

        after = World(store)
        after.usual_school("lincoln", laptops=3)
        after.laptops["lincoln-laptop-0"].facts["batteries"] = [Battery(name="BAT0", health_ratio=0.53)]
        after.gear["lincoln-ap-0"].facts["wireless"] = Wireless(access_points=9, clients=9)
        after.dead = {"lincoln-ups-1"}
        await after.keeper.recall(MORNING)
        after.hear_all(MORNING)
        await after.run(MORNING + 10, 400)
        assert after.states() == dict.fromkeys(keys, State.OPEN), "between two thresholds it stays as it was"
        assert after.opened() == []


async def test_two_replicas_that_look_at_the_same_fleet_make_one_of_each(tmp_path: Path):
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        replicas = [World(store), World(store)]
        for world in replicas:
            world.usual_school("lincoln", laptops=3)
            world.hear_all(MORNING - 60)
            world.dead = {"lincoln-fw", "lincoln-ap-0"}
        for second in range(0, 400, 10):
            for world in replicas:
                if second % 60 == 0:
                    world.hear_all(MORNING + second)
                await world.look(MORNING + second)
        assert sum(len(world.opened()) for world in replicas) == 1
        assert replicas[0].states() == replicas[1].states() == {UPLINK: State.OPEN}
