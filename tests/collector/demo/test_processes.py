"""The demo leaves no program behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from homeroom_collector.demo.processes import ChildFailedError, Children

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)
PARENT = (
    f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); "
    "print(p.pid, flush=True); p.wait()"
)


async def said(log: Path) -> str:
    async with asyncio.timeout(60):
        while not (log.exists() and log.read_text().endswith("\n")):
            await asyncio.sleep(0.02)
    return log.read_text().splitlines()[0]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if sys.platform == "linux" else True


async def gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while alive(pid):
            await asyncio.sleep(0.02)


async def test_a_program_is_asked_to_stop_and_is_gone(tmp_path: Path):
    children = Children(tmp_path)
    child = await children.start("sleeper", [sys.executable, "-c", SLEEP])
    await said(child.log)
    children.check()
    await children.stop()
    assert not alive(child.process.pid)


async def test_what_a_program_started_goes_with_it(tmp_path: Path):
    children = Children(tmp_path)
    child = await children.start("parent", [sys.executable, "-c", PARENT])
    grandchild = int(await said(child.log))
    assert alive(grandchild)
    await children.stop()
    await gone(grandchild)


async def test_a_program_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("homeroom_collector.demo.processes._STOP_SECONDS", 0.2)
    children = Children(tmp_path)
    child = await children.start("stubborn", [sys.executable, "-c", STUBBORN])
    await said(child.log)
    await children.stop()
    assert not alive(child.process.pid)


async def test_a_program_that_ends_by_itself_is_reported_with_its_last_words(tmp_path: Path):
    children = Children(tmp_path)
    child = await children.start("broken", [sys.executable, "-c", "raise SystemExit('no such school')"])
    await child.process.wait()
    with pytest.raises(ChildFailedError, match=r"broken ended with status 1:\nno such school"):
        children.check()
    await children.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets the kernel end orphans")
async def test_even_a_killed_demo_leaves_nothing_behind(tmp_path: Path):
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom homeroom_collector.demo.processes import Children\n"
        f"async def main():\n c = Children(Path({str(tmp_path)!r}))\n"
        f" c = await c.start('x', [sys.executable, '-c', {SLEEP!r}])\n"
        " print(c.process.pid, flush=True)\n await asyncio.sleep(60)\nasyncio.run(main())"
    )
    demo = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert demo.stdout is not None
    pid = int(await demo.stdout.readline())
    demo.kill()
    await demo.wait()
    await gone(pid)
