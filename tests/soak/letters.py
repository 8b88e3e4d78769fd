"""Two hundred letters, a hundred kills of up to three processes at once, on each kind of store: none is sent twice."""

from __future__ import annotations

import json
import random
import tempfile
from dataclasses import asdict
from pathlib import Path

import postgres
from letters_killed import killed
from postbox import open_mailbox

LETTERS, KILLS = 200, 100


async def run() -> int:
    """1 where a letter was sent twice, left out, or is called sent and never arrived."""
    with tempfile.TemporaryDirectory() as folder:
        failed = await _one("sqlite", f"sqlite:///{Path(folder) / 'homeroom.db'}", 1)
    with postgres.server() as server:
        failed += await _one("postgresql", server.url, 3)
    return int(failed > 0)


async def _one(kind: str, url: str, at_once: int) -> int:
    seed = random.randrange(1_000_000)
    with open_mailbox() as box:
        outcome = await killed(url, box, LETTERS, KILLS, at_once, seed)
    print(json.dumps({"store": kind, "letters": LETTERS, "kills": KILLS * at_once, "seed": seed} | asdict(outcome)))
    return outcome.twice + outcome.left_out + outcome.made_up
