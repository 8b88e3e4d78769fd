"""Linux: hwmon (Documentation/hwmon/sysfs-interface) and thermal zones, both in thousandths of a degree.

hwmon names are not unique and its directories are links; old drivers keep their files in ``device``. The processor's
own sensors are believed first, ACPI's zone last: on many laptops it is a constant that the firmware's author typed in.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from homeroom_agent.parsers.thermal.sensors import FanSpeed, Sensor, document, plausible
from homeroom_agent.parsers.tree import Tree, captured, integer, text
from homeroom_agent.parsers.values import clean, number

_HWMON = "sys/class/hwmon"
_ZONES = "sys/class/thermal"
# Best first. x86: coretemp, k10temp, zenpower, k8temp, via_cputemp; ARM: the SoC's own zones, also as hwmon.
_CPU_CHIPS = ("coretemp", "k10temp", "zenpower", "k8temp", "via_cputemp", "cpu_thermal", "soc_thermal", "scpi_sensors")
_CPU_ZONES = re.compile(
    r"x86_pkg_temp|tcpu(_pci)?|b0d4|.*cpu[-_]?([0-9]+[-_]?)*(big|little|top|bottom)?[-_]?thermal.*|cpu.*", re.I
)
_SOC_ZONES = re.compile(r"soc[-_]?([a-z0-9]+[-_])?thermal|bcm2835_thermal|soc.*", re.I)
# INT3400 and the virtual zones of the thermal daemon hold a fixed number; a Wi-Fi chip says nothing of the machine.
_IGNORED_ZONES = re.compile(r"int3400.*|iwlwifi.*|.*wifi.*|pch_.*|virtual.*", re.I)
# ACPI zones below this are the constants that firmware returns instead of a reading (16.8, 20, 25, 26.8, 27.8, 29.8).
_ACPI_CONSTANT_CELSIUS = 30.0
_PARTS = (
    ("nvme", "disk"), ("drivetemp", "disk"), ("amdgpu", "gpu"), ("nouveau", "gpu"), ("radeon", "gpu"), ("i915", "gpu"),
    ("xe", "gpu"), ("iwlwifi", "wifi"), ("ath1", "wifi"), ("mt7", "wifi"), ("rtw", "wifi"), ("bat", "battery"),
    ("acpitz", "zone"),
)  # fmt: skip
# The embedded controller's word for it: thinkpad, dell_smm, asus-ec-sensors.
_CPU_LABEL = re.compile(r"CPU( Package| Temperature)?", re.I)
_PACKAGE = re.compile(r"(package|physical) id [0-9]+", re.I)


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture."""
    tree = captured(raw)
    found = sensors(tree)
    return document(found, cpu_celsius(found), fans=[{"name": fan.name, "rpm": fan.rpm} for fan in fans(tree)])


def sensors(tree: Tree) -> list[Sensor]:
    """Every plausible temperature: chips first, then zones."""
    return [*_chip_sensors(tree), *_zone_sensors(tree)]


def fans(tree: Tree) -> list[FanSpeed]:
    """Every fan that reports its speed."""
    return list(_fans(tree))


def cpu_celsius(found: Sequence[Sensor]) -> float | None:
    """The processor's temperature: the hottest package of the best chip, else its zone, else what the board calls it.

    An ACPI zone is believed last, and only above the temperatures that firmware types in.
    """
    for chip in _CPU_CHIPS:
        if of_chip := [sensor for sensor in found if sensor.chip == chip and sensor.part == "cpu"]:
            return max(sensor.celsius for sensor in (_packages(of_chip) or of_chip))
    for zones in (_CPU_ZONES, _SOC_ZONES):
        if readings := [s.celsius for s in found if s.part == "cpu" and zones.fullmatch(s.chip)]:
            return max(readings)
    if readings := [s.celsius for s in found if s.label and _CPU_LABEL.fullmatch(s.label)]:
        return max(readings)
    acpi = [s.celsius for s in found if s.chip == "acpitz" and _ACPI_CONSTANT_CELSIUS < s.celsius < 110]
    return max(acpi) if acpi else None


def _packages(of_chip: Sequence[Sensor]) -> list[Sensor]:
    """The sensors of whole packages: Intel's package id, AMD's Tdie (Tctl may carry an offset for the fan curve)."""
    for pattern in (_PACKAGE, re.compile("Tdie"), re.compile("Tctl")):
        if matching := [sensor for sensor in of_chip if sensor.label and pattern.fullmatch(sensor.label)]:
            return matching
    return []


def _chips(tree: Tree) -> Iterator[tuple[str, str]]:
    """Name of each chip and the directory that holds its files."""
    for entry in tree.names(_HWMON):
        for directory in (f"{_HWMON}/{entry}", f"{_HWMON}/{entry}/device"):
            if any(name.endswith("_input") for name in tree.names(directory)):
                name = text(tree, f"{_HWMON}/{entry}/name") or text(tree, f"{directory}/name")
                yield clean(name, 32) or "unnamed", directory
                break


def _chip_sensors(tree: Tree) -> Iterator[Sensor]:
    for chip, directory in _chips(tree):
        for name in tree.names(directory):
            if match := re.fullmatch(r"(temp[0-9]+)_input", name):
                yield from _sensor(tree, chip, f"{directory}/{match[1]}")


def _sensor(tree: Tree, chip: str, stem: str) -> Iterator[Sensor]:
    celsius = plausible(_milli(tree, f"{stem}_input"))
    critical = number(_milli(tree, f"{stem}_crit"), 30, 150)
    # acpitz without a thermistor repeats its trip point: 127 of 128 degrees on an idle laptop.
    if celsius is None or (chip == "acpitz" and critical is not None and celsius >= critical - 5):
        return
    label = clean(text(tree, f"{stem}_label"), 32)
    yield Sensor(part=_part(chip), chip=chip, label=label, celsius=celsius, critical_celsius=critical)


def _zone_sensors(tree: Tree) -> Iterator[Sensor]:
    for zone in tree.names(_ZONES):
        path = f"{_ZONES}/{zone}"
        kind = clean(text(tree, f"{path}/type"), 32)
        if kind is None or not zone.startswith("thermal_zone") or _IGNORED_ZONES.fullmatch(kind):
            continue
        celsius = plausible(_milli(tree, f"{path}/temp"))
        if celsius is not None and celsius != 127 and text(tree, f"{path}/mode") != "disabled":
            yield Sensor(part=_zone_part(kind), chip=kind, celsius=celsius)


def _part(chip: str) -> str:
    if chip in _CPU_CHIPS:
        return "cpu"
    return next((part for prefix, part in _PARTS if chip.lower().startswith(prefix)), "board")


def _zone_part(kind: str) -> str:
    return "cpu" if _CPU_ZONES.fullmatch(kind) or _SOC_ZONES.fullmatch(kind) else "zone"


def _milli(tree: Tree, path: str) -> float | None:
    value = integer(tree, path, -(2**31))
    return None if value is None else value / 1000


def _fans(tree: Tree) -> Iterator[FanSpeed]:
    for chip, directory in _chips(tree):
        for name in tree.names(directory):
            match = re.fullmatch(r"(fan[0-9]+)_input", name)
            # 65535 is a stopped counter of old super I/O chips.
            rpm = number(integer(tree, f"{directory}/{name}"), 0, 30_000) if match else None
            if match and rpm is not None:
                label = clean(text(tree, f"{directory}/{match[1]}_label"), 20) or match[1]
                yield FanSpeed(name=f"{chip} {label}"[:32], rpm=rpm)
