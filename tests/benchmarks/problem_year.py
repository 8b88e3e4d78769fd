"""A whole simulated school year against the truth: the confusion table, and false problems by part of the calendar."""

import asyncio
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from homeroom_collector.simulate import script, world
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.store import open_store

NAME = "problem_year"
_FIRST, _LAST = date(2026, 8, 24), date(2027, 7, 25)


async def _live() -> dict[str, Any]:
    sys.path.append(str(Path(__file__).parents[1]))
    from problem_year import Year, score, when

    size = Size(schools=2, devices=30, switches=5, access_points=7)
    made = world.make(grow(size, seed=7), script.load("school-year"), start=_FIRST, zone="America/Chicago")
    begin, end = made.years.instant_of(_FIRST), made.years.instant_of(_LAST)
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite:///{Path(folder) / 'homeroom.db'}") as store:
            year = Year(made, store)
            await year.live(begin, end)
    found = score(year, begin, end)
    print(found.table(), file=sys.stderr)
    for seen in found.false:
        print("false:", made.years.day_of(seen.at), when(seen, year), seen.problem.key, file=sys.stderr)
    return {
        "faults": sum(counts["faults"] for counts in found.rows.values()),
        "missed": len(found.missed),
        "unseen": sum(counts["not observable"] for counts in found.rows.values()),
        "repeated": len(found.repeats),
        "false": len(found.false),
        "false_by_time": dict(Counter(when(seen, year) for seen in found.false)),
        "looks": year.looks,
    }


def measure() -> dict[str, Any]:
    """Live the year, with the bars: nothing missed, nothing that could not be seen, nothing twice, nothing made up."""
    return {**asyncio.run(_live()), "bars": {name: ["<=", 0] for name in ("missed", "unseen", "repeated", "false")}}
