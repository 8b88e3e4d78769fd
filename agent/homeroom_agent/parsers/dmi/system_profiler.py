"""macOS: ``system_profiler SPHardwareDataType`` as JSON or property list. No rights needed."""

import re
from typing import Any

from homeroom_agent.parsers.dmi.machine import Machine, document, is_virtual
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.system_profiler import sections, size_bytes
from homeroom_agent.parsers.system_profiler_text import find, section
from homeroom_agent.parsers.values import clean


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` or ``.plist`` capture."""
    hardware = next(iter(sections(raw).get("SPHardwareDataType", [])), {})
    return document(machine(hardware), chip=clean(hardware.get("chip_type") or hardware.get("cpu_type"), 80))


def parse_text(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.txt`` capture."""
    lines = section(raw, "Hardware")
    names = {"machine_model": "Model Identifier", "machine_name": "Model Name", "physical_memory": "Memory"}
    names |= {"serial_number": "Serial Number (system)", "boot_rom_version": "System Firmware Version"}
    hardware = {ours: find(lines, theirs) for ours, theirs in names.items()}
    return document(machine(hardware), chip=clean(find(lines, "Chip") or find(lines, "Processor Name"), 80))


def machine(hardware: dict[str, Any]) -> Machine:
    """Identity of a Mac. It names no maker, there being one; a virtual Mac says so in its model."""
    model, name = real_text(hardware.get("machine_model"), 80), real_text(hardware.get("machine_name"), 80)
    virtual = is_virtual(model, name)
    return Machine(
        manufacturer="Apple Inc." if model or name else None,
        model=model,
        model_friendly=name,
        serial=real_text(hardware.get("serial_number"), 80),
        form_factor="vm" if virtual else form(model, name),
        is_virtual=virtual if model or name else None,
        bios_version=clean(hardware.get("boot_rom_version"), 80),
        ram_bytes=size_bytes(hardware.get("physical_memory")),
    )


def form(model: str | None, name: str | None) -> str | None:
    """Form of a Mac by its name; models since 2022 ("Mac14,2") no longer tell it."""
    for word in (name, model):
        if word and word.startswith("MacBook"):
            return "laptop"
        if word and word.startswith("iMac"):
            return "all-in-one"
        if word and re.match(r"Mac ?(mini|Studio|Pro)|Xserve", word, re.IGNORECASE):
            return "desktop"
    return None
