"""The first day: an agent, a switch, a collector and Prometheus, all of them the real programs."""

import asyncio
import shutil
import signal
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from free_ports import free_port
from homeroom_collector.demo.gear import answering
from homeroom_collector.simulate import files
from homeroom_collector.simulate.district import build
from stack import Stack, tool, until

FIRST_SIGHT_SECONDS = 45


def samples(text: str, name: str) -> dict[str, float]:
    """Values of one metric by its labels, written as one text."""
    families = text_string_to_metric_families(text)
    return {str(s.labels): s.value for family in families for s in family.samples if s.name == name}


async def test_prometheus_knows_the_uptime_of_a_laptop_on_its_first_day(stack: Stack):
    await stack.collector()
    await stack.agent()
    prometheus = await stack.prometheus()
    found = await until(
        lambda: stack.query(prometheus, "homeroom_device_uptime_seconds"), FIRST_SIGHT_SECONDS, "the laptop's uptime"
    )
    assert [row["metric"]["school"] for row in found] == ["lincoln"]
    uptime_seconds = float(Path("/proc/uptime").read_text().split()[0])
    assert float(found[0]["value"][1]) == pytest.approx(uptime_seconds, abs=FIRST_SIGHT_SECONDS)


async def test_ports_of_a_switch_move_and_promtool_has_nothing_to_say(stack: Stack):
    district = build()
    gear = [
        each for each in district.gear if each.name in ("lincoln-core", "lincoln-office-printer", "washington-ups1")
    ]
    with answering(district, 0) as port:
        targets = [files.target(each, port) | {"school": "lincoln"} for each in gear]
        await stack.collector(snmp={"interval": 2, "credentials": files.credentials(district), "targets": targets})
        await stack.agent()
        await moves_and_passes(stack)


async def moves_and_passes(stack: Stack) -> None:

    async def moving() -> bool | None:
        first = samples(await stack.metrics(), "homeroom_interface_receive_bytes_total")
        await asyncio.sleep(3)
        second = samples(await stack.metrics(), "homeroom_interface_receive_bytes_total")
        return True if len(first) == 28 and any(second[port] > value for port, value in first.items()) else None

    async def everything() -> str | None:
        text = await stack.metrics()
        wanted = ("homeroom_ups_battery_charge_ratio", "homeroom_printer_supply_level_ratio", "homeroom_device_info")
        return text if all(samples(text, name) for name in wanted) else None

    await until(moving, FIRST_SIGHT_SECONDS, "a counter that moves")
    text = await until(everything, FIRST_SIGHT_SECONDS, "a UPS, a printer and this machine in the metrics")
    promtool = await asyncio.create_subprocess_exec(
        tool("promtool"), "check", "metrics", stdin=-1, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await promtool.communicate(text.encode())
    assert (promtool.returncode, said.decode()) == (0, "")


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


async def test_the_demo_shows_this_machine_and_the_switches_and_leaves_nothing_behind(tmp_path: Path):
    port = free_port()
    command = [sys.executable, "-m", "homeroom_collector", "demo", "--port", str(port), "--folder", str(tmp_path)]
    demo = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=asyncio.subprocess.STDOUT)
    try:
        async with aiohttp.ClientSession() as http:

            async def seen() -> str | None:
                try:
                    async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
                        text = await answer.text()
                except aiohttp.ClientConnectionError:
                    return None
                laptops = samples(text, "homeroom_device_uptime_seconds")
                ports = samples(text, "homeroom_interface_receive_bytes_total")
                return text if len(laptops) == 61 and len(ports) == 3 * (28 + 52 + 28 + 3 * 2) else None

            await until(seen, 60, "61 laptops and 342 ports")
        started = descendants(demo.pid)
        assert len(started) >= 3
    finally:
        demo.send_signal(signal.SIGINT)
        said, _ = await asyncio.wait_for(demo.communicate(), 60)
    assert demo.returncode == 0, said.decode()
    assert "nothing is left running" in said.decode()
    assert [process for process in started if process.is_running()] == []
    shutil.rmtree(tmp_path)
