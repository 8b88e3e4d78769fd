"""What a device has answered so far, and what is still to be asked: the seam between rules and the network.

Rules read from :class:`Answers` as if everything were there. What is not there yet is noted in ``wanted_*``; the reader
fetches it and lets the rules run again. So a profile never says in which order to ask, a column is walked once
however many rules use it, and the columns beside an empty one are never asked for. Labels, which only describe, are
asked for by single cells and live as long as the inventory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeroom_collector.snmp.session import Value

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"


@dataclass(slots=True)
class Answers:
    """Scalars and labels by instance OID (None: asked, and absent) and columns by OID, rows by index.

    ``used`` names the scalars and columns that rules looked at since it was last cleared.
    """

    scalars: dict[str, Value | None] = field(default_factory=dict)
    columns: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    labels: dict[str, Value | None] = field(default_factory=dict)
    wanted_scalars: set[str] = field(default_factory=set)
    wanted_columns: set[str] = field(default_factory=set)
    wanted_labels: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def scalar(self, oid: str) -> Value | None:
        """Give one instance, or None while it is unknown or where it is absent."""
        self.used.add(oid)
        if oid not in self.scalars:
            self.wanted_scalars.add(oid)
        return self.scalars.get(oid)

    def column(self, oid: str) -> Mapping[str, Value]:
        """Give a column's rows by index; empty while unknown."""
        self.used.add(oid)
        if oid not in self.columns:
            self.wanted_columns.add(oid)
        return self.columns.get(oid, {})

    def cell(self, oid: str, index: str) -> Value | None:
        """Give one row of a column, or the instance itself where ``oid`` is a scalar."""
        return self.scalar(oid) if is_scalar(oid) else self.column(oid).get(index)

    def label(self, oid: str, index: str) -> Value | None:
        """Give a cell that only describes: out of a column already walked, or asked for by itself."""
        if is_scalar(oid) or oid in self.columns:
            return self.cell(oid, index)
        instance = f"{oid}.{index}"
        if instance not in self.labels:
            self.wanted_labels.add(instance)
        return self.labels.get(instance)


def is_scalar(oid: str) -> bool:
    """Say whether an OID names one instance: scalar objects have the single index 0 (RFC 2578, section 7.7)."""
    return oid.endswith(".0")
