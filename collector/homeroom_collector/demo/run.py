"""Starting the whole district, showing that it lives, and stopping it.

``homeroom demo`` ends by Ctrl-C, SIGTERM, or when one of its programs fails; in every case no program is left.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from rich.console import Console

from homeroom_collector.demo import plan
from homeroom_collector.demo.counts import count
from homeroom_collector.demo.plan import Places
from homeroom_collector.demo.processes import ChildFailedError, Children, python_module
from homeroom_collector.demo.register import import_register
from homeroom_collector.demo.screen import Screen
from homeroom_collector.demo.tokens import Audience, make_sign_in, make_tokens
from homeroom_collector.simulate.district import District, build

_READY_SECONDS = 30.0
_LOOK_SECONDS = 2.0
_TIMEOUT = aiohttp.ClientTimeout(total=5)


def demo(folder: Path, port: int, laptops: int) -> int:
    """Run until told to stop. Gives the exit status: 0 stopped by the user, 1 a program failed."""
    console = Console()
    try:
        asyncio.run(_run(console, folder.resolve(), port, laptops))
    except (ChildFailedError, OSError) as error:
        Console(stderr=True).print(f"The demo could not go on: {error}", style="red", markup=False)
        return 1
    console.print("Stopped; nothing is left running. The data is in " + str(folder), markup=False)
    return 0


async def _run(console: Console, folder: Path, port: int, laptops: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    places = Places(
        folder=folder,
        port=plan.free_port(socket.SOCK_STREAM, port),
        snmp_port=plan.free_port(socket.SOCK_DGRAM),
        prometheus_port=plan.free_port(socket.SOCK_STREAM, 9090),
    )
    district = build(laptops=laptops)
    plan.write(district, places)
    children = Children(folder / "logs")
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
            await _start(children, http, district, places, laptops)
            await _show(console, children, http, places, stop)
    finally:
        await children.stop()


async def _start(
    children: Children, http: aiohttp.ClientSession, district: District, places: Places, laptops: int
) -> None:
    await children.start("snmp", [program("snmpsim-command-responder"), *plan.snmp_simulator(places)])
    await children.start("collector", python_module("homeroom_collector", "serve", "--config", str(places.collector)))
    await _ready(children, http, places)
    audiences = sorted({(laptop.school_id, laptop.grade_band) for laptop in district.laptops})
    await import_register(places.collector, places.register)
    tokens = await make_tokens(places.collector, audiences)
    laptop_options = ("--laptops", str(laptops), "--interval", str(plan.LAPTOP_SECONDS))
    laptops_module = "homeroom_collector.simulate.laptops"
    await children.start("laptops", python_module(laptops_module, places.url, *laptop_options), stdin=_as_lines(tokens))
    await _start_agent(children, places, tokens[audiences[0]])
    if prometheus := shutil.which("prometheus"):
        await children.start("prometheus", [prometheus, *plan.prometheus_options(places)])


def _as_lines(tokens: Mapping[Audience, str]) -> str:
    return json.dumps([[school_id, grade_band, token] for (school_id, grade_band), token in tokens.items()])


async def _start_agent(children: Children, places: Places, token: str) -> None:
    """Enrol this machine as a real agent, and let it run."""
    environment = {"HOMEROOM_AGENT_COLLECTOR_TOKEN": token}
    command = python_module("homeroom_agent", "run", "--config", str(places.agent))
    await children.start("agent", command, environment=environment)


async def _ready(children: Children, http: aiohttp.ClientSession, places: Places) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            children.check()
            try:
                async with http.get(f"{places.url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass  # Not listening yet; the time limit ends this.
            await asyncio.sleep(0.1)


async def _show(
    console: Console, children: Children, http: aiohttp.ClientSession, places: Places, stop: asyncio.Event
) -> None:
    link = await make_sign_in(places.collector, places.url)
    with Screen(console, places, link, prometheus=shutil.which("prometheus") is not None) as screen:
        while not stop.is_set():
            children.check()
            async with http.get(f"{places.url}/metrics") as answer:
                screen.show(count(await answer.text()))
            await _wait(stop, _LOOK_SECONDS)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def program(name: str) -> str:
    """Find a program beside this Python first: a virtual environment need not be activated."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise OSError(f"{name} is missing; it comes with: pip install 'homeroom[demo]'")
    return found
