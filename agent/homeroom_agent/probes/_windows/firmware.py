"""Windows: the firmware's table, decoded; empty on a machine whose firmware has none."""

import sys

assert sys.platform == "win32"

from homeroom_agent.errors import CaptureError  # noqa: E402 - nothing is imported elsewhere
from homeroom_agent.parsers.dmi.smbios import Structure, structures  # noqa: E402
from homeroom_agent.probes._windows import kernel  # noqa: E402


def table() -> list[Structure]:
    """Every structure."""
    try:
        return list(structures(kernel.firmware_table()))
    except CaptureError:
        return []
