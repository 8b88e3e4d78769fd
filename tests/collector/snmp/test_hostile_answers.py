"""Agents that answer wrongly: both engines stay within their time, name what is wrong, and never invent a number."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fast_agent import Counter32, encode_oid, encode_value, tlv
from homeroom_collector.errors import SnmpAnswerError, SnmpError, SnmpTimeoutError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.session import Credentials, Endpoint, Oid, Session

from .hostile import Request, Script, agent, binding

COLUMN = "1.3.6.1.2.1.2.2.1.10"
NAMES = [f"{COLUMN}.{row}" for row in range(1, 9)]
TRUTH = {name: 1000 + row for row, name in enumerate(NAMES)}
TIMEOUT, TRIES = 0.3, 2
FUZZED = 0.03
Talk = Callable[[Session], Awaitable[Any]]

both = pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
fuzz = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


async def conversed(engine: str, script: Script, talk: Talk, **more: Any) -> Any:
    engines = Engines(engine)
    async with agent(script) as port:
        endpoint = Endpoint(
            **({"host": "127.0.0.1", "port": port, "timeout_seconds": TIMEOUT, "retries": TRIES - 1} | more)
        )
        session = await engines.open(endpoint, Credentials(community=Secret("public")))
        try:
            return await talk(session)
        finally:
            await session.close()
            await engines.close()


def counter(name: str) -> bytes:
    return binding(name, encode_value(Counter32(TRUTH[name])))


def truth(request: Request) -> list[bytes]:
    """What an honest agent with these eight counters answers, as bindings."""
    if request.is_get:
        return [counter(name) if name in TRUTH else binding(name, b"\x80\x00") for name in request.names]
    (asked,) = request.names
    following = [name for name in NAMES if arcs(name) > arcs(asked)][: request.max_repetitions]
    return [counter(name) for name in following] or [binding(asked, b"\x82\x00")]


def honest(request: Request) -> list[bytes]:
    return [request.answer(*truth(request))]


def arcs(name: str) -> list[int]:
    return [int(arc) for arc in name.split(".")]


def get(session: Session) -> Awaitable[Any]:
    return session.get(NAMES)


def walk(session: Session) -> Awaitable[Any]:
    return session.walk(COLUMN)


@both
@pytest.mark.parametrize("talk", [get, walk])
async def test_an_honest_agent_is_believed(engine, talk):
    assert await conversed(engine, honest, talk) == TRUTH


@both
@pytest.mark.parametrize("talk", [get, walk])
@pytest.mark.parametrize(
    "instead",
    [
        {"request_id": b"\x01\x02\x03"},
        {"community": b"private"},
        {"version": 0},
        {"kind": 0xA0},
        {"kind": 0xA7},
    ],
    ids=["request id", "community", "version", "request", "trap"],
)
async def test_what_does_not_answer_the_request_is_not_taken_for_its_answer(engine, talk, instead):
    with pytest.raises(SnmpError):
        await conversed(engine, lambda request: [request.answer(*truth(request), **instead)], talk)


@both
@pytest.mark.parametrize("talk", [get, walk])
async def test_a_false_answer_does_not_hide_the_true_one_that_follows(engine, talk):
    def script(request: Request) -> list[bytes]:
        lie = request.answer(*(binding(name, encode_value(7)) for name in NAMES), request_id=b"\x07")
        return [b"", b"\x30", lie, request.answer(*truth(request)), lie]

    assert await conversed(engine, script, talk) == TRUTH


@both
@pytest.mark.parametrize("talk", [get, walk])
@given(cut=st.integers(0, 400))
@fuzz
def test_a_truncated_answer_is_an_error_and_in_time(engine, talk, cut):
    def script(request: Request) -> list[bytes]:
        whole = request.answer(*truth(request))
        return [whole[: cut % len(whole)]]

    in_time(engine, script, talk, expect_error=True)


@both
@pytest.mark.parametrize("talk", [get, walk])
@given(spots=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 255)), max_size=4))
@fuzz
def test_any_garbage_ends_in_time_with_an_answer_or_a_named_error(engine, talk, spots):
    def script(request: Request) -> list[bytes]:
        octets = bytearray(request.answer(*truth(request)))
        for place, octet in spots:
            octets[place % len(octets)] = octet
        return [bytes(octets)]

    in_time(engine, script, talk)


@both
@given(answers=st.lists(st.binary(max_size=200), max_size=3))
@fuzz
def test_noise_is_an_error_and_in_time(engine, answers):
    in_time(engine, lambda _: answers, get, expect_error=True)


WRONG_VALUES = {
    "an empty number": tlv(0x41, b""),
    "a number of five octets": tlv(0x41, b"\x01\x00\x00\x00\x05"),
    "a number of twelve octets": tlv(0x41, bytes(range(1, 13))),
    "a wide number of nine octets": tlv(0x46, b"\x01" + bytes(8)),
    "an integer of nine octets": tlv(0x02, b"\x01" + bytes(8)),
    "an address of three octets": tlv(0x40, b"\x0a\x00\x01"),
    "an empty name": tlv(0x06, b""),
    "a name without end": tlv(0x06, b"\x2b\x86"),
    "nothing": b"\x05\x00",
    "a truth value": tlv(0x01, b"\x01"),
    "a real": tlv(0x09, b"\x80\x00\x01"),
    "a sequence": tlv(0x30, b"\x02\x01\x05"),
    "an unknown type": tlv(0x4F, b"\x05"),
    "no such object": b"\x80\x00",
    "no such instance": b"\x81\x00",
}


@both
@pytest.mark.parametrize("talk", [get, walk])
@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
async def test_a_value_that_breaks_its_type_is_never_a_number(engine, talk, value):
    def script(request: Request) -> list[bytes]:
        spoilt = binding(NAMES[2], value)
        return [request.answer(*(spoilt if each == counter(NAMES[2]) else each for each in truth(request)))]

    try:
        rows = await conversed(engine, script, talk, timeout_seconds=FUZZED)
    except (SnmpAnswerError, SnmpTimeoutError) as error:
        rows = error.rows
    assert rows.items() <= TRUTH.items()
    assert NAMES[2] not in rows


async def test_the_other_values_of_an_answer_survive_one_that_breaks_its_type():
    def script(request: Request) -> list[bytes]:
        spoilt = binding(NAMES[2], tlv(0x41, bytes(range(1, 13))))
        return [request.answer(*(spoilt if each == counter(NAMES[2]) else each for each in truth(request)))]

    assert len(await conversed("gufo", script, get)) == len(NAMES) - 1


@both
async def test_an_unsigned_number_without_its_leading_zero_is_read_as_meant(engine):
    def script(request: Request) -> list[bytes]:
        return [request.answer(*(binding(name, tlv(0x41, b"\xff\xff\xff\xf0")) for name in request.names))]

    assert await conversed(engine, script, lambda session: session.get(NAMES[:1])) == {NAMES[0]: 0xFFFFFFF0}


@both
async def test_a_walk_that_never_ends_is_cut(engine):
    def script(request: Request) -> list[bytes]:
        last = arcs(request.names[0])
        row = last[-1] if len(last) > len(arcs(COLUMN)) else 0
        following = range(row + 1, row + 1 + request.max_repetitions)
        return [request.answer(*(binding(f"{COLUMN}.{n}", encode_value(n)) for n in following))]

    with pytest.raises(SnmpAnswerError, match="more than 100 variables") as caught:
        await conversed(engine, script, lambda session: session.walk(COLUMN, limit=100))
    assert len(caught.value.rows) >= 100


@both
@pytest.mark.parametrize("max_repetitions", [0, 5])
async def test_a_walk_in_a_circle_ends_and_keeps_what_came(engine, max_repetitions):
    circle = [NAMES[0], NAMES[3], NAMES[1]]

    def script(request: Request) -> list[bytes]:
        at = circle.index(request.names[0]) + 1 if request.names[0] in circle else 0
        following = [circle[(at + n) % 3] for n in range(request.max_repetitions)]
        return [request.answer(*(counter(name) for name in following))]

    rows = await conversed(engine, script, walk, max_repetitions=max_repetitions)
    assert rows == {name: TRUTH[name] for name in circle}


@both
async def test_a_circle_of_nothing_ends_too(engine):
    def script(request: Request) -> list[bytes]:
        other = NAMES[1] if request.names[0] == NAMES[0] else NAMES[0]
        return [request.answer(binding(other, b"\x05\x00"))]

    assert await conversed(engine, script, walk) == {}


@both
async def test_an_agent_that_repeats_the_question_ends_the_walk(engine):
    def script(request: Request) -> list[bytes]:
        return [request.answer(binding(request.names[0], encode_value(1)))]

    assert await conversed(engine, script, walk) == {}


@both
async def test_rows_out_of_order_are_all_kept(engine):
    order = [NAMES[n] for n in (0, 5, 2, 7, 1, 3, 6, 4)]

    def script(request: Request) -> list[bytes]:
        at = order.index(request.names[0]) + 1 if request.names[0] in order else 0
        following = order[at : at + request.max_repetitions]
        end = [binding("1.3.6.1.2.1.2.2.1.11.1", encode_value(1))]
        return [request.answer(*([counter(name) for name in following] or end))]

    assert await conversed(engine, script, walk, max_repetitions=3) == TRUTH


@both
async def test_getbulk_that_is_ignored_becomes_getnext(engine):
    asked: list[int] = []

    def script(request: Request) -> list[bytes]:
        asked.append(request.kind)
        return [] if request.kind == 0xA5 else honest(request)

    async def talk(session: Session) -> Any:
        rows = await session.walk(COLUMN)
        return rows, session.max_repetitions

    assert await conversed(engine, script, talk) == (TRUTH, 0)
    assert asked[:1] == [0xA5]
    assert asked.count(0xA5) <= TRIES


@both
async def test_one_table_that_chokes_on_getbulk_does_not_slow_the_others(engine):
    """Brocade's ifPhysAddress and the like: everything else takes GETBULK well."""
    bad = "1.3.6.1.2.1.2.2.1.6"
    rows = [f"{bad}.{row}" for row in range(1, 7)]
    asked: list[tuple[int, str]] = []

    def script(request: Request) -> list[bytes]:
        (name,) = request.names
        asked.append((request.kind, name))
        if not name.startswith(bad):
            return honest(request)
        if request.kind == 0xA5:
            return []
        following = [row for row in rows if arcs(row) > arcs(name)][:1]
        return [request.answer(*([binding(row, encode_value(1)) for row in following] or [counter(NAMES[0])]))]

    async def talk(session: Session) -> Any:
        found = [len(await session.walk(oid)) for oid in (COLUMN, bad, COLUMN)]
        return found, session.max_repetitions

    assert await conversed(engine, script, talk) == ([8, 6, 8], 20)
    assert sum(kind == 0xA5 and name.startswith(bad) for kind, name in asked) == TRIES - 1
    assert all(kind == 0xA5 for kind, name in asked if name.startswith(COLUMN))


@both
@pytest.mark.parametrize("status", [1, 5, 13], ids=["tooBig", "genErr", "resourceUnavailable"])
async def test_getbulk_that_fails_is_asked_for_less(engine, status):
    def script(request: Request) -> list[bytes]:
        if request.max_repetitions > 2:
            return [request.answer(status=status)]
        return honest(request)

    async def talk(session: Session) -> Any:
        rows = await session.walk(COLUMN)
        return rows, session.max_repetitions

    assert await conversed(engine, script, talk) == (TRUTH, 2 if status == 1 else 0)


@both
async def test_an_answer_to_getbulk_without_anything_becomes_getnext(engine):
    def script(request: Request) -> list[bytes]:
        return [request.answer()] if request.kind == 0xA5 else honest(request)

    assert await conversed(engine, script, walk) == TRUTH


@both
async def test_a_walk_that_breaks_keeps_what_came(engine):
    def script(request: Request) -> list[bytes]:
        if request.names[0] in NAMES[3:]:
            return [request.answer(status=5, index=1)]
        return honest(request)

    with pytest.raises(SnmpAnswerError, match="genErr") as caught:
        await conversed(engine, script, walk, max_repetitions=2)
    assert caught.value.rows == {name: TRUTH[name] for name in NAMES[:4]}


@both
async def test_too_big_a_get_is_split(engine):
    sizes: list[int] = []

    def script(request: Request) -> list[bytes]:
        sizes.append(len(request.names))
        return [request.answer(status=1)] if len(request.names) > 3 else honest(request)

    assert await conversed(engine, script, get) == TRUTH
    assert max(sizes) == len(NAMES)


@both
async def test_a_get_of_many_that_is_dropped_without_a_word_is_split(engine):
    def script(request: Request) -> list[bytes]:
        return [] if len(request.names) > 2 else honest(request)

    async def talk(session: Session) -> Any:
        await session.get(NAMES[:1])
        return await session.get(NAMES)

    assert await conversed(engine, script, talk) == TRUTH


@both
@pytest.mark.parametrize(("status", "index"), [(2, 3), (5, 3), (2, 0), (5, 99)])
async def test_the_instance_that_fails_is_left_out(engine, status, index):
    def script(request: Request) -> list[bytes]:
        if NAMES[2] in request.names:
            place = request.names.index(NAMES[2]) + 1 if index == 3 else index
            return [request.answer(status=status, index=place)]
        return honest(request)

    assert await conversed(engine, script, get) == {name: TRUTH[name] for name in NAMES if name != NAMES[2]}


@both
async def test_where_everything_fails_the_error_is_named(engine):
    with pytest.raises(SnmpAnswerError, match="genErr"):
        await conversed(engine, lambda request: [request.answer(status=5, index=1)], get)


@both
async def test_an_answer_of_many_kilobytes_is_read(engine):
    text = bytes(range(256)) * 12

    def script(request: Request) -> list[bytes]:
        return [request.answer(*(binding(name, tlv(4, text)) for name in request.names))]

    rows = await conversed(engine, script, lambda session: session.get(NAMES[:4]))
    assert rows == dict.fromkeys(NAMES[:4], text)


@both
async def test_late_answers_to_an_earlier_try_do_no_harm(engine):
    kept: list[bytes] = []

    def script(request: Request) -> list[bytes]:
        late = kept[-1:]
        kept.append(request.answer(*truth(request)))
        return [*late, kept[-1]]

    async def talk(session: Session) -> Any:
        return await session.walk(COLUMN) | await session.get(NAMES)

    assert await conversed(engine, script, talk, max_repetitions=2) == TRUTH


VALUES = {
    "1": encode_value(-5),
    "2": encode_value(2**31 - 1),
    "3": tlv(0x41, b"\x00\xff\xff\xff\xff"),
    "4": tlv(0x46, b"\x00" + b"\xff" * 8),
    "5": tlv(4, b"\x00\xff text"),
    "6": tlv(4, b""),
    "7": encode_oid("1.3.6.1"),
    "8": encode_oid("0.0"),
    "9": tlv(0x40, b"\x0a\x01\x02\x03"),
    "10": tlv(0x43, b"\x00\x80\x00\x00\x00"),
    "11": tlv(0x44, b"\x9f\x78\x04\x42\x2a\x00\x00"),
    "12": tlv(0x44, b"\x9f\x79\x08\x40\x45\x00\x00\x00\x00\x00\x00"),
    "13": tlv(0x44, b"plain"),
    "14": tlv(4, b"\x9f\x78\x04\x42\x2a\x00\x00"),
    "15": encode_oid("1.3.6.1.4.1.4294967295"),
}


@pytest.mark.parametrize("max_repetitions", [0, 4, 20])
async def test_every_type_means_the_same_to_both_engines(max_repetitions):
    names = {f"{COLUMN}.{row}": value for row, value in VALUES.items()}

    def script(request: Request) -> list[bytes]:
        if request.is_get:
            return [request.answer(*(binding(name, names[name]) for name in request.names))]
        following = [name for name in names if arcs(name) > arcs(request.names[0])][: request.max_repetitions]
        end = [binding(request.names[0], b"\x82\x00")]
        return [request.answer(*([binding(name, names[name]) for name in following] or end))]

    async def talk(session: Session) -> Any:
        return await session.walk(COLUMN), await session.get(list(names))

    found = [await conversed(engine, script, talk, max_repetitions=max_repetitions) for engine in ("gufo", "pysnmp")]
    assert typed(found[0]) == typed(found[1])
    rows = found[0][0]
    assert list(rows.values())[:4] == [-5, 2**31 - 1, 2**32 - 1, 2**64 - 1]
    assert rows[f"{COLUMN}.7"] == Oid("1.3.6.1")
    assert type(rows[f"{COLUMN}.7"]) is Oid
    assert rows[f"{COLUMN}.11"] == 42.5
    assert rows[f"{COLUMN}.14"] == b"\x9f\x78\x04\x42\x2a\x00\x00"


def typed(found: tuple[dict[str, Any], ...]) -> list[Any]:
    return [[(name, type(value), value) for name, value in sorted(rows.items())] for rows in found]


def in_time(
    engine: str, script: Script, talk: Callable[[Session], Awaitable[Any]], *, expect_error: bool = False
) -> None:
    started = time.monotonic()
    try:
        rows = asyncio.run(conversed(engine, script, talk, timeout_seconds=FUZZED))
    except SnmpError:
        rows = None
    assert time.monotonic() - started < 30
    assert rows is None or not expect_error
