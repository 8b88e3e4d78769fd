"""What a disk's model name gives away: made-up drives of a hypervisor, volumes of a RAID controller, flash."""

import re

_VIRTUAL = re.compile(
    r"\b(vbox|vmware|qemu|virtual (disk|hd)|msft virtual|xen|google persistentdisk|bhyve|parallels)", re.IGNORECASE
)
_VOLUME = re.compile(
    r"\b(raid ?[0-9]*|logical) ?(volume|disk|array)|\braid\b|\bperc h[0-9]|\bvolume[0-9]*\b", re.IGNORECASE
)
_FLASH = re.compile(r"\bSSDs?\b|solid[ -]state|\beMMC\b|\bNVMe\b|\bpSSD\b", re.IGNORECASE)


def is_virtual(model: str | None) -> bool:
    """Whether a hypervisor made the drive."""
    return model is not None and _VIRTUAL.search(model) is not None


def is_volume(model: str | None) -> bool:
    """Whether a RAID controller made the drive; its SMART figures are none of a drive's."""
    return model is not None and _VOLUME.search(model) is not None


def is_flash(*names: object) -> bool:
    """Whether model or family say that it is a flash drive."""
    return any(isinstance(name, str) and _FLASH.search(name[:200]) for name in names)
