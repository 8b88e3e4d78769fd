"""What a profile adds to the standard tables: the seam between device knowledge and the composition.

``gear.py`` finds a profile with ``profile_read.recognise``, lets ``profile_read.read`` ask the device, and joins what
came back: a section of the profile stands in place of the standard one for processors, memory and storage, sensors are
added, identity fields of the profile win, UPS fields fill in one by one. ``Profile.leave_out`` names standard sections
that the family fills with nonsense.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from homeroom_agent.report.network import (
    GearIdentity,
    PhysicalPart,
    PoeGroup,
    Pool,
    Printer,
    Processor,
    Sensor,
    Ups,
    Wireless,
)


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
