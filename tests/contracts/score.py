"""Scores what the tables and profiles say of each recording against its expected facts.

``python -m tests.contracts.score [NAME ...] [--section SECTION] [--all]`` prints, for each recording, its share and its
misses (60, or ``--all``). ``--json NAME`` prints what was read. Reads recordings from memory: no network, seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import importlib.util
import json
from collections import Counter
from types import ModuleType
from typing import Any

from homeroom_agent.report import NetworkGear, to_wire
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.reading import gear

from .recording import PUBLIC, RecordingSession


def names() -> list[str]:
    """Recordings that are there, or none where ../shared is absent."""
    return sorted(path.name.removesuffix(".snmprec") for path in PUBLIC.glob("*.snmprec"))


def judge() -> ModuleType:
    """The comparison of ../shared, imported from where it is."""
    spec = importlib.util.spec_from_file_location("shared_compare", PUBLIC.parent / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected(name: str) -> dict[str, Any]:
    return json.loads((PUBLIC / f"{name}.expected.json").read_text(encoding="utf-8"))


async def recorded(name: str) -> NetworkGear:
    """What we say of a recording."""
    session = RecordingSession.of(PUBLIC / f"{name}.snmprec")
    return await gear.read_gear(session, catalog())


def facts(read: NetworkGear) -> dict[str, Any]:
    """What was read, without what reading cost."""
    return {section: value for section, value in to_wire(read).items() if section not in ("engine", "poll")}


@functools.cache
def catalog() -> Catalog:
    return load_catalog()


def read(name: str) -> dict[str, Any]:
    """What we say of a recording, as JSON values."""
    return to_wire(asyncio.run(recorded(name)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--section", help="only misses of this section")
    parser.add_argument("--all", action="store_true", help="every miss")
    parser.add_argument("--json", action="store_true", help="print what was read instead")
    options = parser.parse_args()
    chosen = [name for name in names() if not options.names or name in options.names]
    if options.json:
        for name in chosen:
            print(json.dumps(read(name), indent=1, ensure_ascii=False))
        return
    report(chosen, options.section, None if options.all else 60)


def report(chosen: list[str], section: str | None, most: int | None) -> None:
    compare = judge().compare
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name in chosen:
        probe = read(name)
        score = compare(expected(name), probe)
        r, t = sum(score.right.values()), sum(score.total.values())
        poll = probe["poll"]
        print(f"{name:28s} {r:5d}/{t:5d} {r / max(t, 1):7.2%}  {poll['requests']} requests, {poll['variables']} values")
        for miss in [m for m in score.misses if not section or m.startswith(section)][:most]:
            print(f"    {miss[:170]}")
        right += score.right
        total += score.total
    for name in total:
        print(f"  {name:12s} {right[name]:6d} of {total[name]:6d}  {right[name] / total[name]:7.2%}")
    print(f"facts right: {right.total()} of {total.total()} = {right.total() / total.total():.2%}")


if __name__ == "__main__":
    main()
