"""Windows: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_BaseBoard. No rights needed.

Win32_ComputerSystem also holds the logged-on user, the computer's name and its owner; none of them is read.
"""

from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.dmi.machine import Machine, document, form_factor, friendly, is_virtual, iso_date
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import whole

# Win32_ComputerSystem.PCSystemType(Ex): 8 is "slate" in the Ex form, "maximum" in the other.
_FORMS = {1: "desktop", 2: "laptop", 3: "desktop", 4: "server", 5: "server", 7: "server"}
_SLATE = 8


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return document(machine(cim.from_json(raw)))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return document(machine(cim.from_list(raw)))


def machine(instances: cim.Instances) -> Machine:
    """Identity out of whichever of the classes were asked."""
    system, product = cim.one(instances, "Win32_ComputerSystem"), cim.one(instances, "Win32_ComputerSystemProduct")
    bios, enclosure = cim.one(instances, "Win32_BIOS"), cim.one(instances, "Win32_SystemEnclosure")
    maker = real_text(system.get("Manufacturer"), 80) or real_text(product.get("Vendor"), 80)
    model = real_text(system.get("Model"), 120) or real_text(product.get("Name"), 120)
    virtual = is_virtual(maker, model) if maker or model else None
    family = system.get("SystemFamily")
    return Machine(
        manufacturer=maker,
        model=model,
        model_friendly=friendly(maker, model, product.get("Version"), family),
        serial=real_text(bios.get("SerialNumber"), 80) or real_text(product.get("IdentifyingNumber"), 80),
        asset_tag=real_text(enclosure.get("SMBIOSAssetTag"), 80),
        form_factor="vm" if virtual else _form(system, enclosure),
        is_virtual=virtual,
        bios_version=real_text(bios.get("SMBIOSBIOSVersion"), 80),
        bios_date=_bios_date(bios.get("ReleaseDate")),
        ram_bytes=whole(system.get("TotalPhysicalMemory"), 1),
    )


def _form(system: cim.Instance, enclosure: cim.Instance) -> str | None:
    forms = (form_factor(kind) for kind in cim.numbers(enclosure.get("ChassisTypes")))
    if stated := next((form for form in forms if form), None):
        return stated
    if whole(system.get("PCSystemTypeEx")) == _SLATE:
        return "tablet"
    return _FORMS.get(whole(system.get("PCSystemType")) or 0)


def _bios_date(value: object) -> str | None:
    moment = cim.moment(value)
    return moment.date().isoformat() if moment else iso_date(value)
