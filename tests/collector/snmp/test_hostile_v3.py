"""SNMPv3 agents that answer wrongly: what is encrypted hides nothing, and what is not genuine is not believed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fast_agent import Counter32, encode_oid, encode_value, tlv
from homeroom_collector.errors import SnmpAnswerError, SnmpError
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.session import Endpoint, IpAddress, Oid, Session

from .hostile import binding
from .hostile_v3 import NOT_IN_TIME, USER, Answer, Request, Script, agent

COLUMN = "1.3.6.1.2.1.2.2.1.10"
NAMES = [f"{COLUMN}.{row}" for row in range(1, 6)]
TRUTH = {name: 1000 + row for row, name in enumerate(NAMES)}
INTRODUCTION = "1.3.6.1.6.3.10.2.1.3.0"

both = pytest.mark.parametrize("engine", ["gufo", "pysnmp"])


async def conversed(engine: str, script: Script, talk: Callable[[Session], Awaitable[Any]]) -> Any:
    engines = Engines(engine)

    def introduced(request: Request) -> list[Answer]:
        if request.names in ((), (INTRODUCTION,)):
            return [Answer(request.pdu(*(binding(name, encode_value(5000)) for name in request.names)))]
        return script(request)

    async with agent(introduced) as port:
        endpoint = Endpoint(host="127.0.0.1", port=port, timeout_seconds=0.3, retries=1)
        try:
            session = await engines.open(endpoint, USER)
            try:
                return await talk(session)
            finally:
                await session.close()
        finally:
            await engines.close()


def truth(request: Request) -> list[bytes]:
    if request.kind == 0xA0:
        return [binding(name, encode_value(Counter32(TRUTH[name]))) for name in request.names]
    (asked,) = request.names
    following = [name for name in NAMES if name > asked][: request.max_repetitions]
    return [binding(name, encode_value(Counter32(TRUTH[name]))) for name in following] or [binding(asked, b"\x82\x00")]


def get(session: Session) -> Awaitable[Any]:
    return session.get(NAMES)


def walk(session: Session) -> Awaitable[Any]:
    return session.walk(COLUMN)


@both
@pytest.mark.parametrize("talk", [get, walk])
async def test_a_genuine_answer_is_believed(engine, talk):
    assert await conversed(engine, lambda request: [Answer(request.pdu(*truth(request)))], talk) == TRUTH


@both
async def test_an_error_inside_the_encryption_is_seen(engine):
    with pytest.raises(SnmpAnswerError, match="genErr"):
        await conversed(engine, lambda request: [Answer(request.pdu(status=5, index=1))], get)


@both
async def test_a_walk_that_fails_is_not_taken_for_one_that_ended(engine):
    def script(request: Request) -> list[Answer]:
        if request.names[0] == NAMES[-1]:
            return [Answer(request.pdu(status=5, index=1))]
        return [Answer(request.pdu(*truth(request)))]

    with pytest.raises(SnmpAnswerError, match="genErr") as caught:
        await conversed(engine, script, walk)
    assert caught.value.rows == TRUTH


@both
async def test_rows_without_a_value_do_not_end_a_walk(engine):
    def script(request: Request) -> list[Answer]:
        following = [name for name in NAMES if name > request.names[0]][:1]
        empty = [binding(name, b"\x05\x00") for name in following if name != NAMES[-1]]
        return [Answer(request.pdu(*(empty or truth(request))))]

    assert await conversed(engine, script, walk) == {NAMES[-1]: TRUTH[NAMES[-1]]}


@both
async def test_too_big_a_get_is_split(engine):
    def script(request: Request) -> list[Answer]:
        return [Answer(request.pdu(status=1) if len(request.names) > 2 else request.pdu(*truth(request)))]

    assert await conversed(engine, script, get) == TRUTH


@both
async def test_every_type_keeps_its_meaning(engine):
    values = [
        tlv(0x40, b"\x0a\x01\x02\x03"),
        encode_oid("1.3.6.1"),
        tlv(0x44, b"\x9f\x78\x04\x42\x2a\x00\x00"),
        tlv(4, b"\x9f\x78\x04\x42\x2a\x00\x00"),
        tlv(2, b"\xff"),
    ]

    def script(request: Request) -> list[Answer]:
        return [Answer(request.pdu(*(binding(name, value) for name, value in zip(NAMES, values, strict=True))))]

    rows = await conversed(engine, script, get)
    wanted = [IpAddress("10.1.2.3"), Oid("1.3.6.1"), 42.5, b"\x9f\x78\x04\x42\x2a\x00\x00", -1]
    assert [(type(rows[name]), rows[name]) for name in NAMES] == [(type(value), value) for value in wanted]


def flip(octets: bytearray) -> None:
    octets[-3] ^= 0xFF


@both
async def test_an_altered_answer_is_not_believed(engine):
    with pytest.raises(SnmpError):
        await conversed(engine, lambda request: [Answer(request.pdu(*truth(request)), spoil=flip)], get)


@both
async def test_an_answer_without_a_signature_is_not_believed(engine):
    with pytest.raises(SnmpError):
        await conversed(engine, lambda request: [Answer(request.pdu(*truth(request)), signed=False)], get)


@both
async def test_a_forged_answer_does_not_hide_the_genuine_one(engine):
    def script(request: Request) -> list[Answer]:
        lie = request.pdu(*(binding(name, encode_value(7)) for name in request.names))
        return [Answer(lie, spoil=flip), Answer(request.pdu(*truth(request)))]

    assert await conversed(engine, script, get) == TRUTH


@both
async def test_a_clock_that_ran_away_is_set_again(engine):
    told: list[Request] = []

    def script(request: Request) -> list[Answer]:
        if not told:
            told.append(request)
            return [Answer(request.pdu(tlv(0x30, encode_oid(NOT_IN_TIME) + tlv(0x41, b"\x01")), kind=0xA8))]
        return [Answer(request.pdu(*truth(request)))]

    assert await conversed(engine, script, get) == TRUTH
