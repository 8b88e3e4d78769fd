"""From what was found to targets for the configuration: names that hold, and nothing that was there is lost. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from homeroom_collector.model import School
from homeroom_collector.snmp.discovery.search import Found

_LONGEST_NAME = 64
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


def targets_of(
    found: Sequence[Found],
    present: Sequence[Mapping[str, Any]],
    school_of: Callable[[str], str],
    *,
    port: int = 161,
) -> list[dict[str, Any]]:
    """Targets that were there, untouched, and after them one for each device that was not among them."""
    hosts = {str(target.get("host")) for target in present}
    names = {str(target.get("name")) for target in present}
    targets = [dict(target) for target in present]
    for device in found:
        if hosts.isdisjoint((device.address, *device.also)) and device.gear is not None:
            name = _name(device, names)
            names.add(name)
            targets.append(_target(name, device, school_of(device.address), port))
    return targets


def _target(name: str, device: Found, school: str, port: int) -> dict[str, Any]:
    target: dict[str, Any] = {"name": name, "host": device.address, "credentials": device.way}
    if port != 161:
        target["port"] = port
    if school:
        target["school"] = school
    return target


def _name(device: Found, taken: Collection[str]) -> str:
    """SysName without its domain, made distinct by the address where it is taken; the address where there is none."""
    system = device.gear.system if device.gear else None
    first = _NOT_IN_A_NAME.sub("-", (system.name if system and system.name else "").split(".")[0]).strip("-.")
    plain = first[:_LONGEST_NAME] or device.address
    if plain not in taken:
        return plain
    return f"{plain[: _LONGEST_NAME - len(device.address) - 1]}-{device.address}"


def school_finder(schools: Iterable[School]) -> Callable[[str], str]:
    """Give a function from an address to the school whose networks it lies in, the narrowest network winning."""
    known = [(ipaddress.ip_network(block), school.school_id) for school in schools for block in school.networks]
    known.sort(key=lambda pair: pair[0].prefixlen, reverse=True)

    def school_of(address: str) -> str:
        parsed = ipaddress.ip_address(address)
        return next((school for network, school in known if parsed in network), "")

    return school_of
