"""A machine's identity as its firmware or its system describes it, and the shape that ``parse dmi`` prints."""

import re
from dataclasses import dataclass
from typing import Any

from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean

# SMBIOS 3.7, table 17 "System Enclosure or Chassis Types"; what is not listed says nothing about the form.
_CHASSIS = {
    **dict.fromkeys((3, 4, 5, 6, 7, 15, 16, 24, 33, 34, 35, 36), "desktop"),
    **dict.fromkeys((8, 9, 10, 14), "laptop"),
    **dict.fromkeys((17, 23, 25, 28, 29), "server"),
    11: "handheld",
    13: "all-in-one",
    30: "tablet",
    31: "convertible",
    32: "detachable",
}
_VIRTUAL = re.compile(
    r"vmware|virtualbox|innotek|qemu|\bkvm\b|bochs|\bxen\b|parallels|bhyve|openstack|google compute engine|amazon ec2|"
    r"virtual machine|virtual platform|rhev|ovirt|\bvirtualmac",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Identity of one machine; None is "the firmware does not say, or says a placeholder"."""

    manufacturer: str | None = None
    model: str | None = None
    model_friendly: str | None = None
    serial: str | None = None
    asset_tag: str | None = None
    form_factor: str | None = None
    is_virtual: bool | None = None
    bios_version: str | None = None
    bios_date: str | None = None
    ram_bytes: int | None = None

    @property
    def shown_model(self) -> str | None:
        """Model as a person and a refresh plan call it: Lenovo's machine type gives way to its product name."""
        if (self.manufacturer or "").lower() == "lenovo" and self.model_friendly:
            return self.model_friendly
        return self.model or self.model_friendly


def form_factor(chassis_type: int | None) -> str | None:
    """Form of the machine; the top bit of the SMBIOS byte only says that a chassis lock is present."""
    return None if chassis_type is None else _CHASSIS.get(chassis_type & 0x7F)


def is_virtual(*names: str | None) -> bool:
    """Whether maker, model or board name a hypervisor."""
    return any(name is not None and _VIRTUAL.search(name) for name in names)


def iso_date(value: object) -> str | None:
    """A firmware date as ISO 8601: ``MM/DD/YYYY`` (SMBIOS), ``MM/DD/YY``, ``YYYYMMDD…`` (CIM) or ISO already."""
    word = clean(value, 40) or ""
    if match := re.fullmatch(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4}|\d\d)", word):
        month, day, year = (int(part) for part in match.groups())
        year += 0 if year > 99 else 2000 if year < 80 else 1900
    elif match := re.match(r"(\d{4})-?(\d\d)-?(\d\d)", word):
        year, month, day = (int(part) for part in match.groups())
    else:
        return None
    return f"{year:04}-{month:02}-{day:02}" if 1980 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 else None


def friendly(manufacturer: str | None, model: str | None, *candidates: object) -> str | None:
    """The readable name of a Lenovo, whose product name is a machine type; None for other makers."""
    if (manufacturer or "").lower() != "lenovo":
        return None
    names = (real_text(candidate, 120) for candidate in candidates)
    return next((name for name in names if name and name != model and not name.lower().startswith("lenovo_mt")), None)


def document(machine: Machine, **more: Any) -> dict[str, Any]:
    """The answer of ``parse dmi``."""
    return {
        "manufacturer": machine.manufacturer,
        "model": machine.model,
        "model_friendly": machine.model_friendly,
        "serial": machine.serial,
        "asset_tag": machine.asset_tag,
        "form_factor": machine.form_factor,
        "is_virtual": machine.is_virtual,
        "bios_version": machine.bios_version,
        "bios_date": machine.bios_date,
        "ram_bytes": machine.ram_bytes,
    } | more
