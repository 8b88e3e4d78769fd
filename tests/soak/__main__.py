"""Runs the long runs, all or those that are named: ``python -m soak storm kills letters``."""

from __future__ import annotations

import asyncio
import sys

from soak import kills, letters, storm

RUNS = {"storm": storm.run, "kills": kills.run, "letters": letters.run}


async def main(names: list[str]) -> int:
    return max([await RUNS[name]() for name in names or RUNS])


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
