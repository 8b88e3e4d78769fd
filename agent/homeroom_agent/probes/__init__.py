"""Probes: one file per kind of fact, found by being here.

A probe is a module of this package with

- ``NAME: str``, unique, as it appears in ``Report.probes``;
- ``INTERVAL: float``, seconds between runs: 0 is "with every report", slow facts say 3600 or 86400. What a slow probe
  finds (3600 or more) is only sent when it changed, or after a while;
- ``read() -> Facts``, or ``read(memory) -> Facts`` for a probe that compares with its last run.

``memory`` is the probe's own ``dict[str, Any]`` of JSON values. It is kept on disk between runs, so it survives a
restart of the agent; it starts empty, never leaves the machine, and must not hold what may not be collected.

A probe that raises costs its own facts only. Modules whose name starts with an underscore are shared code of probes.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from homeroom_agent.errors import ProbeRegistryError
from homeroom_agent.report import Unavailable

SLOW_SECONDS = 3600.0
"""From this interval on a probe's facts are "slow": sent when they changed, or after a while."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one run of a probe found.

    ``sections`` is keyed by the fields of :class:`homeroom_agent.report.Report`, such as ``{"cpu": Cpu(...)}``; a
    section left out was not measured. ``unavailable`` gives the reason for each fact that is missing.
    """

    sections: dict[str, Any]
    unavailable: list[Unavailable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Probe:
    """One registered probe. ``read`` always takes the memory; a probe without one is not given it."""

    name: str
    interval_seconds: float
    read: Callable[[dict[str, Any]], Facts]

    @property
    def slow(self) -> bool:
        """Whether its facts are sent only when they changed, or after a while."""
        return self.interval_seconds >= SLOW_SECONDS


def load_probes() -> list[Probe]:
    """Import every probe of this package, sorted by name.

    Raises ProbeRegistryError where there is none (a frozen build without ``--collect-submodules``) or where two share a
    name: an agent that measures nothing must not start.
    """
    probes = sorted(_found(), key=lambda probe: probe.name)
    if not probes:
        raise ProbeRegistryError(f"no probes in {__name__}: this build is incomplete")
    names = [probe.name for probe in probes]
    if len(set(names)) < len(names):
        raise ProbeRegistryError(f"two probes share a name: {', '.join(names)}")
    return probes


def _found() -> Iterator[Probe]:
    for info in pkgutil.iter_modules(__path__):
        if not info.name.startswith("_"):
            module = import_module(f"{__name__}.{info.name}")
            yield Probe(module.NAME, float(module.INTERVAL), _with_memory(module.read))


def _with_memory(read: Callable[..., Facts]) -> Callable[[dict[str, Any]], Facts]:
    takes_memory = read.__code__.co_argcount > 0
    return read if takes_memory else lambda _memory: read()
