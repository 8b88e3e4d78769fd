"""What the district's register says of one device. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Assignment(StrEnum):
    """Who a device is for. ``infrastructure`` is gear that serves a building: switches, access points, UPSes."""

    ONE_TO_ONE = "one_to_one"
    CART = "cart"
    LAB = "lab"
    STAFF = "staff"
    SPARE = "spare"
    INFRASTRUCTURE = "infrastructure"


class LifeState(StrEnum):
    """Where a device is in its life."""

    IN_USE = "in_use"
    SPARE = "spare"
    STORED = "stored"
    REPAIR = "repair"
    LOST = "lost"
    RETIRED = "retired"
    DISPOSED = "disposed"


WORKING = frozenset({LifeState.IN_USE, LifeState.REPAIR})
"""States in which somebody counts on the device: it is held to the standards and replaced when it is due."""

GONE = frozenset({LifeState.LOST, LifeState.RETIRED, LifeState.DISPOSED})
"""States of a device that should not be heard of again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One line of the register. None, or empty text for ``school_id`` and ``grade_band``: nobody said.

    ``asset_tag`` or ``serial`` names it. ``state_on`` is when it came into its state. ``support_end`` is the last day
    of security updates where the register knows it. ``erate_year`` is the funding year, named for the year it begins.
    """

    asset_tag: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    platform: str | None = None
    school_id: str = ""
    room: str | None = None
    cart: str | None = None
    grade_band: str = ""
    assignment: Assignment | None = None
    purchased_on: date | None = None
    cost_cents: int | None = None
    funding_source: str | None = None
    warranty_end: date | None = None
    support_end: date | None = None
    state: LifeState = LifeState.IN_USE
    state_on: date | None = None
    erate_year: int | None = None
    erate_frn: str | None = None
    erate_installed_on: date | None = None

    @property
    def name(self) -> str:
        """What people call it: the asset tag, or else the serial number."""
        return self.asset_tag or self.serial or ""
