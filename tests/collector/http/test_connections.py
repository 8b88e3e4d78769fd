"""Connections have bounds: of time, of number, and room is made where somebody only stands around."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.config import Listen
from homeroom_collector.http.doorkeeper import Doorkeeper
from homeroom_collector.http.settings import ConnectionSettings

PATIENCE = 20.0
HEAD = b"POST /api/v1/enroll HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"


def bounded(folder: Path, **bounds: Any) -> Any:
    return settings_at(folder, listen=Listen(connections=ConnectionSettings(**bounds)))


async def talk(running: Running, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Say something and listen until the other side hangs up."""
    host, port = running.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(PATIENCE):
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


async def cut(running: Running, reason: str) -> float:
    sample = running.collector.registry.get_sample_value("homeroom_connections_cut_total", {"reason": reason})
    return sample or 0.0


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(bounded(tmp_path, head=0.5, body=0.5, idle=0.5, answer=0.5)) as running:
        yield running


async def test_one_that_says_nothing_is_cut_off(quick: Running):
    assert await talk(quick) == b""
    assert await cut(quick, "slow_head") == 1


async def test_a_head_that_trickles_in_is_cut_off(quick: Running):
    began = time.monotonic()
    assert await talk(quick, *[b"%c" % byte for byte in HEAD], pause=0.1) == b""
    assert time.monotonic() - began < len(HEAD) * 0.1, "it was not heard to the end"
    assert await cut(quick, "slow_head") == 1


async def test_a_second_head_that_trickles_in_is_cut_off_as_well(quick: Running):
    whole = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
    answer = await talk(quick, whole + whole[:9], whole[9:30], pause=0.2)
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_trickles_in_is_told_so_and_cut_off(quick: Running):
    answer = await talk(quick, HEAD + b"\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b"send less at a time" in answer
    assert await cut(quick, "slow_body") == 1


async def test_one_that_does_not_read_its_answer_is_cut_off(quick: Running):
    """It asks again and again in one connection, until the answers are more than the system's buffers hold."""
    host, port = quick.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port), limit=1024)
    async with asyncio.timeout(PATIENCE):
        while not await cut(quick, "slow_reader"):
            try:
                writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n" * 10)
            except ConnectionError:
                break
            await asyncio.sleep(0.02)
    assert await cut(quick, "slow_reader") == 1
    writer.close()


async def test_an_honest_device_is_served_while_many_hold_on_to_connections(tmp_path: Path):
    """As many as there may be, and then twice as many; an honest one gets the place of the longest silent."""
    async with collecting(bounded(tmp_path, most=50, head=60.0)) as running:
        key = await running.key()
        host, port = running.url.removeprefix("http://").split(":")
        held = [await asyncio.open_connection(host, int(port)) for _ in range(100)]
        for _, writer in held:
            writer.write(b"POST /api/v1/rep")
        for number in range(1, 6):
            assert (await running.send(key, report(number)))[0] == 200
        assert await cut(running, "full") >= 50
        for _, writer in held:
            writer.close()


async def test_bodies_that_trickle_in_keep_no_places_either(tmp_path: Path):
    async with collecting(bounded(tmp_path, most=20, body=60.0)) as running:
        key = await running.key()
        host, port = running.url.removeprefix("http://").split(":")
        held = [await asyncio.open_connection(host, int(port)) for _ in range(40)]
        for _, writer in held:
            writer.write(HEAD + b"\r\n{")
        assert (await running.send(key, report(1)))[0] == 200
        for _, writer in held:
            writer.close()


class Visitor:
    """A connection that only remembers what became of it."""

    def __init__(self) -> None:
        self.shown_out = False

    def show_out(self) -> None:
        self.shown_out = True


def test_an_address_has_its_own_bound_and_takes_nothing_from_others():
    door = Doorkeeper(100, 3, [], CollectorRegistry())
    crowd = [Visitor() for _ in range(4)]
    assert all(door.enter(each, "203.0.113.7") for each in crowd)
    assert [each.shown_out for each in crowd] == [True, False, False, False]
    for each in crowd[1:]:
        door.spoke(each)
    assert not door.enter(Visitor(), "203.0.113.7"), "all are being answered, and there is no room"
    assert door.enter(Visitor(), "203.0.113.8")
    door.leave(crowd[1])
    assert door.enter(Visitor(), "203.0.113.7")


def test_trusted_proxies_and_this_machine_stand_for_many():
    door = Doorkeeper(100, 1, [ip_network("203.0.113.0/24")], CollectorRegistry())
    for address in ("203.0.113.7", "127.0.0.1", "::1"):
        assert door.enter(Visitor(), address)
        assert door.enter(Visitor(), address)
    assert door.enter(Visitor(), "2001:db8::1")
    second = Visitor()
    assert door.enter(second, "2001:db8::2")
    assert not second.shown_out
    assert len(door) == 7, "the network of an IPv6 address is one place: the first had to go"


STEPS = st.lists(st.tuples(st.sampled_from(["enter", "leave", "spoke", "fell silent"]), st.integers(0, 9)), max_size=60)


@given(STEPS)
def test_whatever_comes_and_goes_the_counts_are_right(steps: list[tuple[str, int]]):
    door = Doorkeeper(5, 3, [], CollectorRegistry())
    guests = [Visitor() for _ in range(10)]
    inside: set[int] = set()
    for what, number in steps:
        guest, address = guests[number], f"203.0.113.{number % 3}"
        if what == "enter":
            if number not in inside:
                guest.shown_out = False
                if door.enter(guest, address):
                    inside.add(number)
        elif what == "leave":
            door.leave(guest)
            inside.discard(number)
        elif what == "spoke":
            door.spoke(guest)
        else:
            door.fell_silent(guest)
        inside = {each for each in inside if not guests[each].shown_out}
        assert len(door) == len(inside) <= 5
        for place in range(3):
            assert sum(each % 3 == place for each in inside) <= 3
