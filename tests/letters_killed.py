"""Processes that send letters and are killed. A program: ``letters_killed.py URL PORT LETTERS KILLS AT-ONCE SEED``.

It forks, so that a process costs no start of Python: ``KILLS`` times so many ``AT-ONCE`` that are killed with -9 after
a random while, and at the end the same number that may finish.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.letters.post import Post
from homeroom_collector.mail import Letter, MailServer, MailSettings
from homeroom_collector.store import digests, open_store
from postbox import Mailbox

DAY = 20261005
LEAVE_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """What became of letters: sent twice, neither sent nor in doubt, called sent and not there, and in doubt.

    ``lost`` of those in doubt never arrived; ``early`` ones arrived from processes that were killed.
    """

    twice: int
    left_out: int
    made_up: int
    unknown: int
    lost: int
    early: int


async def killed(url: str, box: Mailbox, letters: int, kills: int, at_once: int, seed: int) -> Outcome:
    """Send letters by processes that are killed, and see what arrived."""
    async with open_store(url) as store:
        arguments = (url, box.port, letters, kills, at_once, seed)
        running = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(__file__)), *map(str, arguments), stdout=asyncio.subprocess.PIPE
        )
        assert running.stdout is not None
        await running.stdout.readline()  # all kills are done
        early = len(box.messages)
        if code := await running.wait():
            raise RuntimeError(f"the letters ended with {code}")
        fates = [
            await store.read(lambda connection, n=n: digests.fate(connection, name_of(n), DAY)) for n in range(letters)
        ]
    told = {int(each.partition("@")[0].removeprefix("principal-")) for each in box.told}
    return Outcome(
        twice=sum(count > 1 for count in box.ids.values()),
        left_out=sum(each not in ("sent", "unknown") for each in fates),
        made_up=sum(each == "sent" and number not in told for number, each in enumerate(fates)),
        unknown=fates.count("unknown"),
        early=early,
        lost=sum(each == "unknown" and number not in told for number, each in enumerate(fates)),
    )


def name_of(number: int) -> str:
    return f"monthly:school-{number}:principal-{number}@d.example"


async def work(url: str, port: int, letters: int, *, rounds: int, ready: int) -> None:
    settings = MailSettings(host="127.0.0.1", port=port, encryption="none", sender="homeroom@d.example")
    async with open_store(url) as store:
        post = Post(store, MailServer(settings), LEAVE_SECONDS)
        os.write(ready, b"1")
        for _ in range(rounds):
            for number in range(letters):

                async def compose(number: int = number) -> Letter:
                    await asyncio.sleep(0.005)
                    return Letter(key="", to=f"principal-{number}@d.example", subject="x", text="y")

                await post.once(name_of(number), DAY, time.time(), compose)
            await asyncio.sleep(LEAVE_SECONDS)


def forked(url: str, port: int, letters: int, *, rounds: int) -> int:
    """A process that sends letters; given back when its store is open."""
    opened, ready = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(work(url, port, letters, rounds=rounds, ready=ready))
            code = 0
        finally:
            os._exit(code)
    os.close(ready)
    os.read(opened, 1)
    os.close(opened)
    return child


def main(url: str, port: int, letters: int, kills: int, at_once: int, seed: int) -> int:
    chance = random.Random(seed)
    for _ in range(kills):
        children = [forked(url, port, letters, rounds=1) for _ in range(at_once)]
        time.sleep(chance.uniform(0.0, 1.0))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    print("all kills are done", flush=True)
    last = [forked(url, port, letters, rounds=3) for _ in range(at_once)]
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in last)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
