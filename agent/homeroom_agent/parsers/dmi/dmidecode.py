"""Any system: the text of ``dmidecode``, which a technician may mail; the agent reads the firmware's table itself."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.dmi.machine import Machine, document, friendly, is_virtual, iso_date
from homeroom_agent.parsers.placeholders import real_text

# dmidecode's words for the SMBIOS chassis types.
_FORMS = {
    **dict.fromkeys(("Notebook", "Laptop", "Portable", "Sub Notebook"), "laptop"),
    **dict.fromkeys(
        ("Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Space-saving", "Lunch Box", "Mini PC"),
        "desktop",
    ),
    **dict.fromkeys(("Main Server Chassis", "Rack Mount Chassis", "Blade"), "server"),
    "All In One": "all-in-one",
    "Tablet": "tablet",
    "Convertible": "convertible",
    "Detachable": "detachable",
    "Hand Held": "handheld",
}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.dmidecode.txt`` capture."""
    text = capture.text(raw)
    if "DMI type" not in text:
        raise CaptureError("not dmidecode's output: it has no DMI type")
    return document(machine(_blocks(text)))


def machine(blocks: dict[str, dict[str, str]]) -> Machine:
    """Identity out of the first block of each type."""
    bios, system, chassis = (blocks.get(f"{name} Information", {}) for name in ("BIOS", "System", "Chassis"))
    maker, model = real_text(system.get("Manufacturer"), 80), real_text(system.get("Product Name"), 120)
    virtual = is_virtual(maker, model) or "System is a virtual machine" in bios
    return Machine(
        manufacturer=maker,
        model=model,
        model_friendly=friendly(maker, model, system.get("Version"), system.get("Family")),
        serial=real_text(system.get("Serial Number"), 80),
        asset_tag=real_text(chassis.get("Asset Tag"), 80),
        form_factor="vm" if virtual else _FORMS.get(chassis.get("Type", "")),
        is_virtual=virtual,
        bios_version=real_text(bios.get("Version"), 80),
        bios_date=iso_date(bios.get("Release Date")),
    )


def _blocks(text: str) -> dict[str, dict[str, str]]:
    """First block of each title: its ``key: value`` lines, and its bare lines as keys."""
    found: dict[str, dict[str, str]] = {}
    for block in re.split(r"(?m)^Handle 0x.*$", text)[1:513]:
        lines = [line for line in block.splitlines() if line.strip()]
        pairs = (line.strip().partition(":") for line in lines[1:])
        if lines:
            found.setdefault(lines[0].strip(), {key: value.strip() for key, _, value in pairs})
    return found
