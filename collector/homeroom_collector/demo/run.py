"""Starting the whole district, showing that it lives, and stopping it.

``homeroom demo`` ends by Ctrl-C, SIGTERM, or when one of its programs fails; in every case no program is left.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from rich.console import Console

from homeroom_collector.demo import plan
from homeroom_collector.demo.counts import count
from homeroom_collector.demo.gear import answering
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
        with answering(district, places.snmp_port):
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
                await _start(children, http, places)
                link = await make_sign_in(places.collector, places.url)
                with Screen(console, places, link, prometheus=shutil.which("prometheus") is not None) as screen:
                    await _fill(children, district, places, laptops)
                    await _show(screen, children, http, places, stop)
    finally:
        await children.stop()


async def _start(children: Children, http: aiohttp.ClientSession, places: Places) -> None:
    await children.start("collector", python_module("homeroom_collector", "serve", "--config", str(places.collector)))
    await _ready(children, http, places)


async def _fill(children: Children, district: District, places: Places, laptops: int) -> None:
    """Bring in the register, the laptops, this machine, and Prometheus where it is installed."""
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
    screen: Screen, children: Children, http: aiohttp.ClientSession, places: Places, stop: asyncio.Event
) -> None:
    while not stop.is_set():
        children.check()
        async with http.get(f"{places.url}/metrics") as answer:
            text = await answer.text()
        # Beside the event loop, which answers for the gear.
        screen.show(await asyncio.to_thread(count, text))
        await _wait(stop, _LOOK_SECONDS)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
