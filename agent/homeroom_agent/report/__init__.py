"""The wire format: typed, versioned, an allow-list with bounds. Standard library only.

Owns what may be said and how it is written as JSON. Refuses everything else.
"""

from homeroom_agent.report.codec import decode, encode, from_wire, stamp, to_wire
from homeroom_agent.report.computer import (
    Battery,
    Connectivity,
    Cpu,
    Disk,
    Display,
    Fan,
    Filesystem,
    Identity,
    Link,
    Memory,
    OperatingSystem,
    Temperature,
    Uptime,
    Windows11,
)
from homeroom_agent.report.envelope import SOURCES, VERSION, ProbeRun, Report, Unavailable
from homeroom_agent.report.network import NetworkGear
from homeroom_agent.report.satellite import Satellite

__all__ = [
    "SOURCES",
    "VERSION",
    "Battery",
    "Connectivity",
    "Cpu",
    "Disk",
    "Display",
    "Fan",
    "Filesystem",
    "Identity",
    "Link",
    "Memory",
    "NetworkGear",
    "OperatingSystem",
    "ProbeRun",
    "Report",
    "Satellite",
    "Temperature",
    "Unavailable",
    "Uptime",
    "Windows11",
    "decode",
    "encode",
    "from_wire",
    "stamp",
    "to_wire",
]
