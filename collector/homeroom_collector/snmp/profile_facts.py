"""What a profile adds to the standard tables: the seam between device knowledge and the composition.

``gear.py`` asks :class:`Profiles` for a match, lets the match read, and joins what it read: sections are added to the
standard ones, identity fields of the profile win, UPS fields fill in one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from homeroom_agent.report.network import (
    GearIdentity,
    PhysicalPart,
    PoeGroup,
    Pool,
    Printer,
    Processor,
    Sensor,
    TableError,
    Ups,
    Wireless,
)
from homeroom_collector.snmp.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """What one profile read from one device, scaled and named. None and empty add nothing."""

    identity: GearIdentity | None = None
    processors: list[Processor] = field(default_factory=list)
    memory: list[Pool] = field(default_factory=list)
    storage: list[Pool] = field(default_factory=list)
    sensors: list[Sensor] = field(default_factory=list)
    ups: Ups | None = None
    printer: Printer | None = None
    poe: list[PoeGroup] = field(default_factory=list)
    wireless: Wireless | None = None
    physical: list[PhysicalPart] = field(default_factory=list)
    errors: list[TableError] = field(default_factory=list)


class Profile(Protocol):
    """Knowledge about one family of devices."""

    @property
    def name(self) -> str:
        """Name of the profile, as ``homeroom snmp profiles`` lists it."""
        ...

    @property
    def leave_out(self) -> frozenset[str]:
        """Standard sections this family fills with nonsense, by name."""
        ...

    async def read(self, session: Session) -> ProfileFacts:
        """Read what the profile knows to ask. Raises SnmpError where the device stops answering."""
        ...


class Profiles(Protocol):
    """All profiles there are."""

    def match(self, object_id: str, description: str, models: tuple[str, ...] = ()) -> Profile | None:
        """Find the profile of a device: by sysObjectID, by sysDescr, and where those lie by ENTITY-MIB model names."""
        ...
