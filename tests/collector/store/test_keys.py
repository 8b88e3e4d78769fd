"""Renewed keys in stores of both kinds: one takes the place of another once it is used, and not before."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device
from homeroom_collector.store import Store, devices, keys
from homeroom_collector.store.keys import DeviceKey

NOW = 1_795_000_000.0


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


async def enrolled(store: Store) -> DeviceKey:
    facts = Device(device_id="", device_class="computer", school_id="lincoln", grade_band="")
    made = await store.write(partial(devices.enrol, facts=facts, now=NOW))
    found = await store.read(partial(keys.find, key_id=made.key_id))
    assert found is not None
    return found


async def working(store: Store) -> set[str]:
    return {key.key_id for key in await store.read(keys.working)}


async def announced(store: Store, present: DeviceKey, key_id: str) -> DeviceKey:
    announce = partial(keys.announce, present=present, key_id=key_id, digest=digest(key_id), now=NOW + 1)
    return (await store.write(announce))[0]


async def test_of_several_that_were_announced_the_last_takes_the_place(store: Store):
    old = await enrolled(store)
    await announced(store, old, "hrk1")
    new = await announced(store, old, "hrk2")
    assert await working(store) == {old.key_id, "hrk2"}
    assert await announced(store, old, "hrk2") == new
    settled, ended = await store.write(partial(keys.settle, key=new, now=NOW + 2))
    assert (settled.replaces, ended) == ("", (old.key_id,))
    assert await working(store) == {"hrk2"}
    assert await store.read(partial(keys.find, key_id="hrk2")) == settled
    with pytest.raises(RefusedError, match="revoked"):
        await announced(store, old, "hrk3")


async def test_a_key_of_another_device_is_left_alone(store: Store):
    mine, other = await enrolled(store), await enrolled(store)
    await announced(store, mine, "hrk1")
    with pytest.raises(RefusedError, match="is taken"):
        await announced(store, other, "hrk1")
    await store.write(partial(keys.settle, key=await announced(store, other, "hrk2"), now=NOW + 2))
    assert await working(store) == {mine.key_id, "hrk1", "hrk2"}


async def test_keys_are_the_same_whether_their_devices_were_read_before_or_not(store: Store):
    mine, other = await enrolled(store), await enrolled(store)
    known = {mine.number: (await store.read(partial(devices.numbered, numbers=[mine.number])))[0]}
    found = await store.read(partial(keys.working, known=known))
    assert sorted(found, key=lambda key: key.number) == sorted((mine, other), key=lambda key: key.number)
