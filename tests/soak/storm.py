"""Runs the soak of tickets at full size and prints what was at the help desk in the end."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path

from ticket_storm import chain, seed_of, storm

INCIDENTS, KILLS, DOWN_SECONDS = 100, 50, 30.0
# As at a district, but for what would make the run take days.
PACE = {"every": "1s", "lease": "5s", "timeout": "10s", "settle": "1s", "hold": "5s", "storm": {"most": 1000}}
WATCH = {"alertmanager": {"poll": "2s", "settle": "2s"}, "retry": {"first": "1s", "longest": "5s"}}


async def run() -> int:
    """Hundred incidents, fifty kills, thirty seconds without the help desk."""
    seed = seed_of()
    with tempfile.TemporaryDirectory() as folder:
        async with chain(Path(folder), **PACE, **WATCH) as programs:
            outcome = await storm(programs, INCIDENTS, KILLS, DOWN_SECONDS, seed)
    print(json.dumps({"seed": seed, "incidents": INCIDENTS} | dataclasses.asdict(outcome), indent=2))
    fine = outcome.tickets == outcome.keys == outcome.resolved == INCIDENTS and not outcome.repeated_notes
    return 0 if fine else 1
