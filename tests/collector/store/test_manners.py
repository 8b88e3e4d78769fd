"""How gear wants to be asked, on stores of both kinds."""

from homeroom_collector.snmp.polling.manners import Manner
from homeroom_collector.store import Store
from homeroom_collector.store.manners import MannerStore

GENTLE = Manner(way="old", max_repetitions=0, max_bindings=8)
SIGNING = Manner(way="core", max_repetitions=20, max_bindings=48, engine_id="80001f8803")


async def test_what_is_kept_is_recalled(store: Store):
    memory = MannerStore(store)
    assert await memory.recall() == {}
    await memory.keep({"a": GENTLE, "b": SIGNING})
    assert await memory.recall() == {"a": GENTLE, "b": SIGNING}


async def test_the_newest_takes_the_place_of_the_old(store: Store):
    memory = MannerStore(store)
    await memory.keep({"a": GENTLE})
    await memory.keep({"a": SIGNING})
    await memory.keep({})
    assert await memory.recall() == {"a": SIGNING}
