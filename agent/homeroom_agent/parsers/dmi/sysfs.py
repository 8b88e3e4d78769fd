"""Linux: ``/sys/class/dmi/id``, and the device tree where there is no DMI. Serials are readable by root only."""

from typing import Any

from homeroom_agent.parsers.dmi.machine import Machine, document, form_factor, friendly, is_virtual, iso_date
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import Tree, captured, integer, text
from homeroom_agent.parsers.values import clean

DMI = "sys/class/dmi/id"
SERIAL = f"{DMI}/product_serial"
DEVICE_TREE = "proc/device-tree"


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture, and the serial number that an agent without root would see."""
    return document(machine(captured(raw)), serial_without_root=machine(captured(raw, as_root=False)).serial)


def machine(tree: Tree) -> Machine:
    """Identity of the machine; DMI on PCs, the device tree on ARM boards."""
    return _from_dmi(tree) if tree.names(DMI) else _from_device_tree(tree)


def _from_dmi(tree: Tree) -> Machine:
    def word(name: str, max_length: int = 120) -> str | None:
        return real_text(text(tree, f"{DMI}/{name}"), max_length)

    maker, model = word("sys_vendor", 80), word("product_name")
    virtual = is_virtual(maker, model, word("bios_vendor"))
    return Machine(
        manufacturer=maker,
        model=model,
        model_friendly=friendly(maker, model, word("product_version"), word("product_family")),
        serial=word("product_serial", 80),
        asset_tag=word("chassis_asset_tag", 80),
        form_factor="vm" if virtual else form_factor(integer(tree, f"{DMI}/chassis_type")),
        is_virtual=virtual,
        bios_version=word("bios_version", 80),
        bios_date=iso_date(text(tree, f"{DMI}/bios_date")),
    )


def _from_device_tree(tree: Tree) -> Machine:
    def word(name: str) -> str | None:
        return real_text(text(tree, f"{DEVICE_TREE}/{name}"), 80)

    vendor = (text(tree, f"{DEVICE_TREE}/compatible") or "").split(",")[0]
    return Machine(
        manufacturer=clean(vendor, 80),
        model=word("model"),
        serial=word("serial-number"),
        is_virtual=is_virtual(word("model")) if word("model") else None,
    )
