"""Run every benchmark of this folder and print one JSON document: ``python -m tests.benchmarks [--keep] [NAME ...]``.

With ``--keep`` the figures take the place of older ones in docs/performance.md.

A benchmark is a module with ``NAME`` and ``measure() -> dict``; its ``bars`` say what is wanted, as
``{"figure": ["<=", 2.0]}``. Exit status 1 where a bar is missed.
"""

import importlib
import json
import operator
import os
import pkgutil
import platform
import sys
import time
from pathlib import Path

import tests.benchmarks
from tests.benchmarks._page import keep

COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def main(arguments: list[str]) -> int:
    wanted = [each for each in arguments if each != "--keep"]
    results, missed = {}, []
    for found in pkgutil.iter_modules(tests.benchmarks.__path__):
        if found.name.startswith("_"):
            continue
        module = importlib.import_module(f"tests.benchmarks.{found.name}")
        if not hasattr(module, "measure") or (wanted and module.NAME not in wanted):
            continue
        print(f"measuring {module.NAME} …", file=sys.stderr, flush=True)
        started = time.monotonic()
        figures = module.measure()
        results[module.NAME] = figures | {"took_seconds": round(time.monotonic() - started, 1)}
        for figure, (sign, bar) in figures.get("bars", {}).items():
            if not COMPARE[sign](figures[figure], bar):
                missed.append(f"{module.NAME}: {figure} is {figures[figure]}, wanted {sign} {bar}")
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }
    if "--keep" in arguments:
        keep(results, machine)
    print(json.dumps({"machine": machine, "results": results, "missed": missed}, indent=1))
    return 1 if missed else 0


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
