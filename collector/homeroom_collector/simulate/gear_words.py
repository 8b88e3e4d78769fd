"""What pretended gear says of itself and of its ports; the makers are made up. Shared by reports and SNMP answers."""

from __future__ import annotations

from homeroom_collector.simulate.district import Gear, GearKind
from homeroom_collector.simulate.network import GearState, Port

VERSION = "4.2.1"
ETHERNET, RADIO = 6, 71
_MAKERS: dict[GearKind, str] = {
    "switch": "Northfield", "router": "Northfield", "access_point": "Northfield", "ups": "Harbor", "printer": "Harbor",
}  # fmt: skip
_KINDS: tuple[GearKind, ...] = ("switch", "ups", "printer", "router", "access_point")
_ODD = 2_654_435_761
# 1.3.6.1.4.1.99999 is nobody's enterprise number: no profile claims it.
_ENTERPRISE = (1, 3, 6, 1, 4, 1, 99999)


def maker(gear: Gear) -> str:
    """Who made it."""
    return _MAKERS[gear.kind]


def model(gear: Gear) -> str:
    """Which model it is."""
    models: dict[GearKind, str] = {
        "switch": f"AccessSwitch {gear.ports}",
        "router": f"EdgeRouter {gear.ports}",
        "access_point": "AirPoint 6",
        "ups": "UPS 1500",
        "printer": "Laser 400",
    }
    return models[gear.kind]


def description(gear: Gear) -> str:
    """SysDescr."""
    return f"{maker(gear)} {model(gear)}, software {VERSION}"


def object_id(gear: Gear) -> tuple[int, ...]:
    """SysObjectID."""
    return (*_ENTERPRISE, _KINDS.index(gear.kind) + 1)


def serial(gear: Gear) -> str:
    """Serial number."""
    """Serial number. Computers of the same makers have a digit where the N is."""
    return f"{maker(gear)[:2].upper()}N{_own(gear):08X}"


def location(gear: Gear) -> str:
    """SysLocation."""
    return f"{gear.school_id} wiring closet"


def mac(gear: Gear, port: int) -> bytes:
    """Address of a port, locally administered."""
    return bytes([2]) + _own(gear).to_bytes(4, "big") + bytes([port % 256])


def _own(gear: Gear) -> int:
    """A number of 32 bits that no other device of the district has, and that does not look like its place."""
    return gear.number * _ODD % 2**32


def port_name(port: Port) -> str:
    """Name of a port."""
    return f"1/{port.number}"


def port_type(state: GearState, port: Port) -> int:
    """IANAifType."""
    return RADIO if state.gear.kind == "access_point" and port.peer is None and port.number == 1 else ETHERNET
