"""Linux: ``/sys/block``. No rights needed; without them there is no SMART, except for what eMMC says of itself.

``size`` counts 512-byte units whatever the drive's sector size is (Documentation/ABI/stable/sysfs-block). eMMC:
``life_time`` is DEVICE_LIFE_TIME_EST_TYP_A and _B in steps of ten per cent, ``pre_eol_info`` is PRE_EOL_INFO
(JESD84-B51).
"""

import re
from typing import Any

from homeroom_agent.parsers.disk.drive import Drive, DriveType, document
from homeroom_agent.parsers.disk.names import is_virtual
from homeroom_agent.parsers.disk.temperature import celsius
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import Tree, captured, integer, text
from homeroom_agent.parsers.values import clean, whole

_ROOT = "sys/block"
_NOT_DISKS = re.compile(r"loop|zram|ram|dm-|md\d|sr\d|fd\d|nbd|rbd|drbd|zd\d|mtdblock|ubiblock|bcache|nullb|nvme\d+c\d")
_EMMC_AREAS = re.compile(r"mmcblk[0-9]+(boot[0-9]+|rpmb|gp[0-9]+)$")
# Over 100 % of the rated life: JESD84-B51 gives no figure beyond that.
_LIFE_EXCEEDED = 0x0B
_PRE_EOL = {1: True, 2: False, 3: False}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture."""
    return document(drives(captured(raw)))


def drives(tree: Tree) -> list[Drive]:
    """Every disk with a medium in it, in natural order of its kernel name."""
    names = [name for name in tree.names(_ROOT) if not _NOT_DISKS.match(name) and not _EMMC_AREAS.match(name)]
    return [_drive(tree, name) for name in names if _size(tree, name)]


def _size(tree: Tree, name: str) -> int:
    return integer(tree, f"{_ROOT}/{name}/size") or 0


def _drive(tree: Tree, name: str) -> Drive:
    device = f"{_ROOT}/{name}/device"
    model = clean(text(tree, f"{device}/model"), 80) or clean(text(tree, f"{device}/name"), 80)
    kind = _type(tree, name, model)
    life = _life(tree, device) if kind == "emmc" else None
    return Drive(
        name=clean(name, 32) or name[:32],
        model=real_text(model),
        serial_present=_serial_present(tree, device),
        type=kind,
        smart_passed=_PRE_EOL.get(integer(tree, f"{device}/pre_eol_info") or 0) if kind == "emmc" else None,
        percent_used=life,
        temperature_celsius=_temperature(tree, device),
        capacity_bytes=_size(tree, name) * 512,
        external=_is_external(tree, name, kind),
    )


def _type(tree: Tree, name: str, model: str | None) -> DriveType:
    if name.startswith("nvme"):
        return "nvme"
    if name.startswith("mmcblk"):
        return "unknown" if text(tree, f"{_ROOT}/{name}/device/type") in ("SD", "SDcombo") else "emmc"
    if name.startswith(("vd", "xvd")) or is_virtual(model) or is_virtual(text(tree, f"{_ROOT}/{name}/device/vendor")):
        return "virtual"
    if _is_usb(tree, name) or integer(tree, f"{_ROOT}/{name}/removable") == 1:
        return "usb"  # a card reader or stick, also where a capture does not show the bus
    rotational = text(tree, f"{_ROOT}/{name}/queue/rotational")
    return "ssd" if rotational == "0" else "hdd" if rotational == "1" else "unknown"


def _is_usb(tree: Tree, name: str) -> bool:
    return any(re.search(r"/usb[0-9]", tree.real(f"{_ROOT}/{name}{end}")) for end in ("", "/device"))


def _is_external(tree: Tree, name: str, kind: DriveType) -> bool:
    removable = integer(tree, f"{_ROOT}/{name}/removable") == 1
    return removable or kind == "usb" or (name.startswith("mmcblk") and kind != "emmc")


def _serial_present(tree: Tree, device: str) -> bool:
    if real_text(text(tree, f"{device}/serial")):
        return True
    try:
        page = tree.read(f"{device}/vpd_pg80")  # SPC-4, unit serial number page: four bytes of header
    except OSError:
        return False
    return real_text(page[4:].decode("latin-1")) is not None


def _life(tree: Tree, device: str) -> int | None:
    """Rated life used, upper end of the step; the worse of the two kinds of cells."""
    steps = [whole(word) for word in (text(tree, f"{device}/life_time") or "").split()[:2]]
    worst = max((step for step in steps if step is not None and 0 < step <= _LIFE_EXCEEDED), default=None)
    return None if worst is None else min(worst * 10, 100)


def _temperature(tree: Tree, device: str) -> float | None:
    """NVMe (Linux 5.5) and drivetemp (5.6) publish the drive's temperature in a hwmon directory of the device."""
    for directory in (f"{device}/hwmon", device):
        for chip in tree.names(directory):
            if chip.startswith("hwmon") and (milli := integer(tree, f"{directory}/{chip}/temp1_input", -300_000)):
                return celsius(milli / 1000)
    return None
