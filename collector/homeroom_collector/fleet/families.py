"""How a metric is declared: which family, from which fact, in which table. One line here is one metric everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from homeroom_agent.report import Report
from homeroom_collector.fleet.labels import Key

Kind = Literal["gauge", "counter", "info"]

Number = float | int | bool | None

_UNITS = (
    "seconds", "bytes", "ratio", "celsius", "volts", "amperes", "watts", "rpm", "hertz", "dbm", "dollars",
)  # fmt: skip
_SUFFIX = {"gauge": "", "counter": "_total", "info": "_info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric family. ``name`` is the sample's name, with ``_total`` or ``_info`` where the kind demands it.

    ``lasting`` facts (a battery's wear, a disk's size) stay true while a device sleeps; the others leave with silence.
    """

    name: str
    help: str
    kind: Kind = "gauge"
    lasting: bool = False

    @property
    def base_name(self) -> str:
        """The family's name in OpenMetrics, where the suffix belongs to the sample only."""
        return self.name.removesuffix(_SUFFIX[self.kind])

    @property
    def unit(self) -> str | None:
        """The unit that the name ends in, or None."""
        last = self.base_name.rpartition("_")[2]
        return last if last in _UNITS else None


@dataclass(frozen=True, slots=True)
class Column:
    """One family within a table, and the fact's attribute that is its value, or how that is read. None is "unknown"."""

    family: Family
    read: str | Callable[[Any], Number]


def not_in_reports(_report: Report) -> None:
    """For tables whose rows are verdicts, or come from the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Families whose rows are told apart by the same labels.

    ``facts`` picks the rows out of a report, None where the section was not measured; where they are a section of the
    report as it stands, ``section`` is its name. ``keys`` names the rows, in the same order and without repetition:
    text for one label, a tuple for several. Without labels there is at most one row. Where ``single``, ``facts`` gives
    the one fact itself. A table without ``facts`` is not written from reports.
    """

    name: str
    columns: tuple[Column, ...]
    facts: Callable[[Report], Any | None] = not_in_reports
    section: str = ""
    single: bool = False
    labels: tuple[str, ...] = ()
    keys: Callable[[Sequence[Any]], tuple[Key, ...]] = lambda facts: ("",) * len(facts)

    def __post_init__(self) -> None:
        if self.section:
            object.__setattr__(self, "facts", attrgetter(self.section))


def gauge(name: str, text: str, *, lasting: bool = False) -> Family:
    """A value that goes up and down."""
    return Family(name=f"homeroom_{name}", help=text, lasting=lasting)


def counter(name: str, text: str, *, lasting: bool = False) -> Family:
    """A value that only grows until the device restarts; ``_total`` is added."""
    return Family(name=f"homeroom_{name}_total", help=text, kind="counter", lasting=lasting)


def info(name: str, text: str) -> Family:
    """A constant 1 whose labels are the message; ``_info`` is added."""
    return Family(name=f"homeroom_{name}_info", help=text, kind="info", lasting=True)
