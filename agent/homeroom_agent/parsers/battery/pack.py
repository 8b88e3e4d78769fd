"""One battery pack as every system's figures describe it, and the shape in which ``parse`` prints it.

Capacities are watt hours or milliampere hours, whichever the system measures; one is turned into the other only with
the design voltage. Health is full over design, charge is now over full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_agent.parsers.values import clamped, number, share

# A new pack holds up to 6 % more than its label; twice the label is a firmware's slip.
_LARGEST_HEALTH = 2.0
# The largest laptop pack that may fly is 100 Wh; a 32-bit "unknown" read as a number is past any of these.
_LARGEST_WH, _LARGEST_MAH = 1_000.0, 100_000.0
# A charger that has stopped above this has filled the pack; below it a limit or the heat holds it.
_FULL_RATIO = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Facts of one pack; None is "the system does not say"."""

    name: str
    design_wh: float | None = None
    full_wh: float | None = None
    design_mah: float | None = None
    full_mah: float | None = None
    stated_health_ratio: float | None = None
    cycle_count: int | None = None
    charge_ratio: float | None = None
    state: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_present: bool | None = None
    service_recommended: bool | None = None

    @property
    def health_ratio(self) -> float | None:
        """Full over design; the system's own figure only where it gives no capacities."""
        for full, design in ((self.full_wh, self.design_wh), (self.full_mah, self.design_mah)):
            if (ratio := share(full, design)) is not None:
                return number(ratio, 0, _LARGEST_HEALTH)
        return self.stated_health_ratio


def watt_hours(value: float | None, per_watt_hour: float) -> float | None:
    """A capacity in watt hours, None where it is absurd."""
    return None if value is None else number(value / per_watt_hour, 0, _LARGEST_WH)


def milliampere_hours(value: float | None, per_milliampere_hour: float = 1) -> float | None:
    """A capacity in milliampere hours, None where it is absurd."""
    return None if value is None else number(value / per_milliampere_hour, 0, _LARGEST_MAH)


def charge(now: float | None, full: float | None, stated_ratio: float | None) -> float | None:
    """Charge from the measured capacities, else the system's own figure; a charge above full is full."""
    measured = share(now, full)
    return clamped(stated_ratio if measured is None else measured)


def idle_state(charge_ratio: float | None) -> str:
    """State of a pack on mains that is neither charged nor discharged."""
    if charge_ratio is None:
        return "unknown"
    return "full" if charge_ratio >= _FULL_RATIO else "not_charging"


def cycles(count: int | None) -> int | None:
    """ACPI's zero means that the firmware does not count."""
    return count or None


def document(
    packs: Sequence[Pack],
    *,
    ac_online: bool | None = None,
    peripherals: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """The answer of ``parse battery``."""
    answer: dict[str, Any] = {"has_battery": bool(packs), "ac_online": ac_online, "batteries": [_row(p) for p in packs]}
    if len(packs) > 1:
        answer["total"] = _total(packs)
    answer["peripherals"] = [{"name": name, "is_peripheral": True} for name in peripherals]
    return answer | more


def _row(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "present": True,
        "is_peripheral": False,
        "design_capacity_wh": pack.design_wh,
        "design_capacity_mah": pack.design_mah,
        "full_charge_capacity_wh": pack.full_wh,
        "full_charge_capacity_mah": pack.full_mah,
        "health_ratio": pack.health_ratio,
        "cycle_count": pack.cycle_count,
        "charge_ratio": pack.charge_ratio,
        "state": pack.state,
        "manufacturer": pack.manufacturer,
        "model": pack.model,
        "serial_present": pack.serial_present,
        "service_recommended": pack.service_recommended,
    }


def _total(packs: Sequence[Pack]) -> dict[str, float | None]:
    design = _sum([pack.design_wh for pack in packs])
    full = _sum([pack.full_wh for pack in packs])
    held = [
        pack.charge_ratio * pack.full_wh if pack.charge_ratio is not None and pack.full_wh is not None else None
        for pack in packs
    ]
    return {
        "design_capacity_wh": design,
        "full_charge_capacity_wh": full,
        "health_ratio": share(full, design),
        "charge_ratio": clamped(share(_sum(held), full)),
    }


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
