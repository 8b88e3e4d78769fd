"""Tokens, devices, keys and schools, on both kinds of store."""

import asyncio
import dataclasses
from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device, School
from homeroom_collector.store import Store, devices, keys, schools, secrets, tokens
from homeroom_collector.store.devices import Enrolled
from homeroom_collector.store.tokens import Token

NOW = 1_795_000_000.0
LAPTOP = Device(
    device_id="", device_class="computer", school_id="lincoln", serial="C02XK1", manufacturer="Example", model="One"
)


async def make_token(store: Store, **limits: Any) -> str:
    return await store.write(partial(tokens.create, school_id="lincoln", now=NOW, **limits))


async def use(store: Store, text: str, now: float = NOW) -> Token:
    return await store.write(partial(tokens.use, text=text, now=now))


async def refusal(store: Store, text: str, now: float = NOW) -> tuple[int, str]:
    with pytest.raises(RefusedError) as caught:
        await use(store, text, now)
    return caught.value.status, str(caught.value)


async def enrol(store: Store, device: Device = LAPTOP, now: float = NOW, **changed: Any) -> Enrolled:
    return await store.write(partial(devices.enrol, facts=msgspec.structs.replace(device, **changed), now=now))


async def test_a_token_leads_to_its_school_and_its_uses_are_counted(store: Store):
    text = await make_token(store, grade_band="6-8", label="cart 7")
    token = await use(store, text)
    assert (token.school_id, token.grade_band, token.label) == ("lincoln", "6-8", "cart 7")
    (listed,) = await store.read(tokens.listed)
    assert (listed.uses, listed.state(NOW)) == (1, "active")


async def test_a_token_is_stored_as_a_digest_only(store: Store):
    text = await make_token(store)
    rows = await store.read(lambda c: [tuple(row) for row in c.execute(sa.text("SELECT * FROM enrolment_tokens"))])
    assert text.partition(".")[2] not in repr(rows)


async def test_a_token_with_two_uses_lets_two_devices_in(store: Store):
    text = await make_token(store, uses_allowed=2)
    await use(store, text)
    await use(store, text)
    assert await refusal(store, text) == (403, _worthless("used up"))


async def test_the_last_use_is_given_once_even_to_many_at_the_same_moment(store: Store):
    text = await make_token(store, uses_allowed=1)
    outcomes = await asyncio.gather(*(use(store, text) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(outcome, Token) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Token | RefusedError) for outcome in outcomes)


async def test_a_token_ends_at_its_time(store: Store):
    text = await make_token(store, expires_at=NOW + 60)
    await use(store, text, NOW + 59)
    assert await refusal(store, text, NOW + 60) == (403, _worthless("expired"))


async def test_a_revoked_token_is_worth_nothing(store: Store):
    text = await make_token(store)
    revoke = partial(tokens.revoke, token_id=text.partition(".")[0], now=NOW)
    assert await store.write(revoke)
    assert not await store.write(revoke)
    assert await refusal(store, text) == (403, _worthless("revoked"))


@pytest.mark.parametrize("text", ["", ".", "hrt", "hrt0.x", "x" * 5000, "hrt0123456789abcdef.secret", "a.b.c"])
async def test_a_token_nobody_made_is_unknown(store: Store, text: str):
    assert (await refusal(store, text))[0] == 401


async def test_a_token_with_another_secret_is_unknown(store: Store):
    text = await make_token(store)
    assert (await refusal(store, text + "x"))[0] == 401


async def test_a_serial_number_brings_the_same_device_back_with_a_new_key(store: Store):
    first = await enrol(store)
    again = await enrol(store, now=NOW + 60, model=None)
    assert again.device == first.device
    assert again.replaced_keys == (first.key_id,)
    working = await store.read(keys.working)
    assert [key.key_id for key in working] == [again.key_id]
    assert await store.read(partial(keys.revoked_since, moment=NOW + 60)) == [first.key_id]


async def test_a_device_that_enrols_elsewhere_has_moved(store: Store):
    first = await enrol(store)
    moved = await enrol(store, school_id="roosevelt")
    assert moved.device == msgspec.structs.replace(first.device, school_id="roosevelt")
    events = await store.read(
        lambda c: list(c.execute(sa.text("SELECT kind FROM device_events ORDER BY event_id")).scalars())
    )
    assert events == ["enrolled", "reenrolled", "moved"]


@pytest.mark.parametrize("serial", [None, "", "  ", "0", "0000000", "To Be Filled By O.E.M.", "Default string", "None"])
async def test_a_serial_number_that_is_none_never_makes_two_devices_one(store: Store, serial: str | None):
    one, other = await enrol(store, serial=serial), await enrol(store, serial=serial)
    assert one.device.device_id != other.device.device_id
    assert one.device.serial is None


async def test_a_key_leads_to_its_device_and_its_secret_is_not_kept(store: Store):
    enrolled = await enrol(store)
    key_id, secret = secrets.split(enrolled.key) or ("", "")
    key = await store.read(partial(keys.find, key_id=key_id))
    assert key
    assert (key.number, key.device_id, key.school_id) == (enrolled.number, enrolled.device.device_id, "lincoln")
    assert secrets.matches(secret, key.digest)
    assert not secrets.matches(secret + "x", key.digest)
    assert await store.read(partial(keys.find, key_id="hrk0")) is None


async def test_network_gear_keeps_its_number_under_its_name(store: Store):
    switch = Device(device_id="lincoln-sw1", device_class="network", school_id="lincoln")
    number = await store.write(partial(devices.put_network, device=switch, now=NOW))
    moved = msgspec.structs.replace(switch, school_id="roosevelt")
    assert await store.write(partial(devices.put_network, device=moved, now=NOW)) == number
    (listed,) = await store.read(devices.listed)
    assert (listed.device_id, listed.device_class, listed.school_id) == ("lincoln-sw1", "network", "roosevelt")


async def test_devices_are_listed_with_their_last_report_by_school(store: Store):
    enrolled = await enrol(store)
    await enrol(store, serial="OTHER1", school_id="roosevelt")
    rows = await store.read(partial(devices.with_last_report, school_id="lincoln"))
    assert [(row["device_id"], row["received_at"]) for row in rows] == [(enrolled.device.device_id, None)]


async def test_schools_are_replaced_by_id_and_others_stay(store: Store):
    lincoln = School(school_id="lincoln", name="Lincoln", networks=("10.1.0.0/16",), enrollment_students=400)
    roosevelt = School(school_id="roosevelt", name="Roosevelt", timezone="America/Denver")
    await store.write(partial(schools.put, schools=[lincoln, roosevelt]))
    renamed = dataclasses.replace(lincoln, name="Lincoln Elementary", enrollment_students=None)
    await store.write(partial(schools.put, schools=[renamed]))
    assert await store.read(schools.listed) == [renamed, roosevelt]


def _worthless(state: str) -> str:
    return f"this enrolment token is {state}; make one with: homeroom token create"
