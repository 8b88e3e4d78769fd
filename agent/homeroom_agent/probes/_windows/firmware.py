"""Windows: the firmware's table, decoded; empty on a machine whose firmware has none."""

import sys

assert sys.platform == "win32"

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.dmi.smbios import Structure, structures
from homeroom_agent.probes._windows import kernel


def table() -> list[Structure]:
    """Every structure."""
    try:
        return list(structures(kernel.firmware_table()))
    except CaptureError:
        return []
