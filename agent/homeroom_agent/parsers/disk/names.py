"""What a disk's model name gives away: drives that a hypervisor made up."""

import re

_VIRTUAL = re.compile(
    r"\b(vbox|vmware|qemu|virtual (disk|hd)|msft virtual|xen|google persistentdisk|bhyve|parallels)", re.I
)


def is_virtual(model: str | None) -> bool:
    """Whether a hypervisor made the drive."""
    return model is not None and _VIRTUAL.search(model) is not None
