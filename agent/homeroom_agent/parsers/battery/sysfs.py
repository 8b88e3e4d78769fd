"""Linux: ``/sys/class/power_supply`` (Documentation/ABI/testing/sysfs-class-power). No rights needed.

Energy files are microwatt hours, charge files microampere hours. A pack is found by its type and scope, not by its
name (``axp288_fuel_gauge``, ``macsmc-battery``, ``CMB0``). Any read may fail while the pack is being taken out.
"""

from collections.abc import Iterator
from typing import Any

from homeroom_agent.parsers.battery.pack import Pack, charge, cycles, document, milliampere_hours, watt_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import Tree, captured, text
from homeroom_agent.parsers.values import clean, number, share, whole

_ROOT = "sys/class/power_supply"
_STATES = {
    "charging": "charging",
    "discharging": "discharging",
    "not charging": "not_charging",
    "full": "full",
    "unknown": "unknown",
}
# POWER_SUPPLY_HEALTH_*; heat, cold and overvoltage pass.
_HEALTHS = {"good": False, "dead": True, "unspecified failure": True, "no battery": None}
_ONLY_BATTERIES_HAVE = ("energy_full", "charge_full", "capacity")
# Drivers of mice, pens and game controllers on kernels that do not yet state a scope.
_PERIPHERALS = ("hid-", "hidpp_battery", "wacom_battery", "ps-controller", "sony_controller", "nintendo_", "PCHG")


class Supply:
    """One directory of the class, with the ``uevent`` file standing in for an attribute file that is missing."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.tree = tree
        self.name = name
        self._uevent: dict[str, str] | None = None

    def text(self, attribute: str) -> str | None:
        """The attribute's text."""
        return text(self.tree, f"{_ROOT}/{self.name}/{attribute}") or clean(self._from_uevent(attribute))

    def micro(self, attribute: str) -> float | None:
        """A positive amount in millionths; drivers sign a discharge, and none of the amounts read here has a sign."""
        return number(self.text(attribute), 0)

    def _from_uevent(self, attribute: str) -> str | None:
        if self._uevent is None:
            try:
                lines = self.tree.read(f"{_ROOT}/{self.name}/uevent").decode("utf-8", "replace").splitlines()
            except OSError:
                lines = []
            self._uevent = dict(line.split("=", 1) for line in lines if "=" in line)
        return self._uevent.get(f"POWER_SUPPLY_{attribute.upper()}")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture."""
    tree = captured(raw)
    degrees = next(iter(celsius(tree)), None)
    return document(
        packs(tree), ac_online=ac_online(tree), peripherals=peripherals(tree), battery_temperature_celsius=degrees
    )


def packs(tree: Tree) -> list[Pack]:
    """The machine's own packs, in the order of their names."""
    return [_pack(supply) for supply in _batteries(tree) if not _is_peripheral(supply)]


def peripherals(tree: Tree) -> list[str]:
    """Names of mice, keyboards and pens that have a battery."""
    return [supply.name for supply in _batteries(tree) if _is_peripheral(supply)]


def celsius(tree: Tree) -> list[float]:
    """Temperatures of the machine's own packs, which the class counts in tenths of a degree."""
    tenths = (number(supply.text("temp"), -400, 1_250) for supply in _batteries(tree) if not _is_peripheral(supply))
    return [value / 10 for value in tenths if value]


def ac_online(tree: Tree) -> bool | None:
    """Whether any charger delivers power; None where no charger says."""
    supplies = (Supply(tree, name) for name in tree.names(_ROOT))
    states = [whole(s.text("online")) for s in supplies if s.text("type") not in (None, "Battery", "UPS")]
    known = [state for state in states if state is not None]
    return any(known) if known else None


def _batteries(tree: Tree) -> Iterator[Supply]:
    for name in tree.names(_ROOT):
        supply = Supply(tree, name)
        if _is_battery(supply) and supply.text("present") != "0":
            yield supply


def _is_battery(supply: Supply) -> bool:
    """By its type; where a capture lacks that file or it cannot be read, by what only a battery has."""
    kind = supply.text("type")
    return kind == "Battery" or (kind is None and any(supply.text(name) for name in _ONLY_BATTERIES_HAVE))


def _is_peripheral(supply: Supply) -> bool:
    scope = supply.text("scope")
    return scope == "Device" or (scope != "System" and supply.name.startswith(_PERIPHERALS))


def _pack(supply: Supply) -> Pack:
    design, full, now = (supply.micro(f"energy_{part}") for part in ("full_design", "full", "now"))
    design_charge, full_charge, now_charge = (supply.micro(f"charge_{part}") for part in ("full_design", "full", "now"))
    stated = share(number(supply.text("capacity"), 0), 100)
    measured = charge(now, full, None)
    volts = share(supply.micro("voltage_min_design"), 1e6) or None
    return Pack(
        name=clean(supply.name, 32) or "battery",
        design_wh=_energy(design or None, design_charge or None, volts),
        full_wh=_energy(full, full_charge, volts),
        design_mah=milliampere_hours(design_charge or None, 1e3),
        full_mah=milliampere_hours(full_charge, 1e3),
        cycle_count=cycles(whole(supply.text("cycle_count"), 0, 1_000_000)),
        charge_ratio=charge(now_charge, full_charge, stated) if measured is None else measured,
        state=_STATES.get((supply.text("status") or "unknown").lower(), "unknown"),
        manufacturer=real_text(supply.text("manufacturer"), 80),
        model=real_text(supply.text("model_name"), 80),
        serial_present=real_text(supply.text("serial_number")) is not None,
        service_recommended=_HEALTHS.get((supply.text("health") or "").lower()),
    )


def _energy(energy: float | None, charge_micro: float | None, volts: float | None) -> float | None:
    """Watt hours; out of microampere hours only with the design voltage."""
    if energy is None and charge_micro is not None and volts is not None:
        energy = charge_micro * volts
    return watt_hours(energy, 1e6)
