"""What was found out about a device outlives the poller."""

import asyncio
import logging
from collections.abc import Mapping

from homeroom_collector.errors import StoreUnavailableError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.polling.manners import Manner, Manners
from homeroom_collector.snmp.polling.poller import Poller
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Credentials

from .pretend import Device, Kept, Network, Time, settle, target

WAYS = tuple(Credentials(community=Secret(text)) for text in ("first", "second", "public"))
NAMES = ("first", "second", "third")
ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"


class Memory:
    def __init__(self) -> None:
        self.kept: dict[str, Manner] = {}
        self.away = False

    async def recall(self) -> Mapping[str, Manner]:
        self._answer()
        return dict(self.kept)

    async def keep(self, manners: Mapping[str, Manner]) -> None:
        self._answer()
        self.kept |= manners

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailableError("away")


async def life(memory: Memory, device: Device, **more: object) -> Network:
    """One life of a poller: it starts, polls one device once, and stops."""
    time, sink = Time(), Kept()
    network = Network(time)
    network.devices["a"] = device
    manners = Manners(memory)
    await manners.recall()
    poller = Poller(network, sink, manners=manners, clock=time.clock, wall=time.clock, pause=time.pause)
    task = asyncio.create_task(poller.run([target("a", ways=WAYS, way_names=NAMES, **more)]))
    await time.pass_by(60)
    assert sink.reports
    task.cancel()
    await asyncio.wait([task])
    return network


async def test_a_restarted_poller_asks_with_what_worked_and_for_what_the_device_could_take():
    memory, weak = Memory(), Device()
    weak.max_repetitions = 0
    first = await life(memory, weak)
    assert first.asked["a"] == 3
    assert memory.kept == {"a": Manner(way="third", max_repetitions=0, max_bindings=40)}
    second = await life(memory, weak)
    assert second.asked["a"] == 1
    assert {endpoint.max_repetitions for endpoint in second.endpoints} == {0}


async def test_credentials_that_are_gone_from_the_configuration_are_not_insisted_on():
    memory = Memory()
    memory.kept = {"a": Manner(way="fourth", max_repetitions=20, max_bindings=40)}
    assert (await life(memory, Device())).asked["a"] == 3
    assert memory.kept["a"].way == "third"


async def test_polls_go_on_while_nothing_can_be_kept(caplog):
    memory = Memory()
    memory.away = True
    with caplog.at_level(logging.WARNING):
        await life(memory, Device())
    assert "what devices can take is found out anew: away" in caplog.text
    assert "is not kept yet: away" in caplog.text


async def test_what_could_not_be_kept_is_kept_later():
    memory = Memory()
    manners = Manners(memory)
    manners.note("a", Manner(way="first", max_repetitions=20, max_bindings=40))
    memory.away = True
    await manners.keep()
    manners.note("b", Manner(way="first", max_repetitions=20, max_bindings=40))
    memory.away = False
    await manners.keep()
    assert sorted(memory.kept) == ["a", "b"]


async def test_what_is_known_already_is_no_news():
    heard: list[str] = []
    manners = Manners()
    manners.on_news = lambda device_id, _manner: heard.append(device_id)
    for _ in range(3):
        manners.note("a", Manner(way="first", max_repetitions=20, max_bindings=40))
    assert heard == ["a"]


async def test_the_engine_id_of_a_device_that_speaks_version_3_is_found_out():
    network = Network(Time())
    network.devices["a"] = Device()
    network.devices["a"].values[ENGINE_ID] = bytes.fromhex("80001f8804abcd")
    way = Credentials(version="3", user="homeroom", community=Secret("public"))
    watch = Watch(target("a", ways=(way,)), network, None, Pace())
    assert watch.manner is None
    await watch.poll()
    await settle()
    assert watch.manner == Manner(way="0", max_repetitions=20, max_bindings=40, engine_id="80001f8804abcd")
