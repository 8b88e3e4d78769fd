"""From the newest answer of network gear to the few facts that decisions need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeroom_collector.rules.measured import Gear, Measured

_ETHERNET = 6  # ifType ethernetCsmacd, IANAifType
_SECONDS_PER_DAY = 86_400.0
# Errors of the first hours are those of plugging in.
_FEWEST_DAYS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenGear:
    """One device that answered: its serial numbers (a stack has several), what it is, and its facts."""

    serials: frozenset[str]
    vendor: str | None
    model: str | None
    measured: Measured


def serial_key(serial: str | None) -> str:
    """Serial numbers are typed by people into one system and read from firmware by another."""
    return (serial or "").strip().upper()


def seen(network: dict[str, Any], seen_on: date | None) -> SeenGear | None:
    """Read the ``network`` section of a report; None where the device did not answer."""
    if not network.get("reachable"):
        return None
    identity = network.get("identity") or {}
    return SeenGear(
        serials=frozenset(_serials(network)),
        vendor=identity.get("vendor"),
        model=identity.get("model"),
        measured=Measured(measured_on=seen_on, gear=_facts(network, identity)),
    )


def _serials(network: dict[str, Any]) -> set[str]:
    parts = [network.get("identity") or {}, *(network.get("physical") or [])]
    return {serial_key(part.get("serial")) for part in parts} - {""}


def _facts(network: dict[str, Any], identity: dict[str, Any]) -> Gear:
    ports = [port for port in network.get("interfaces") or [] if port.get("type") == _ETHERNET]
    wireless = network.get("wireless") or {}
    uptime = (network.get("system") or {}).get("uptime_seconds")
    worst, errors = _worst(ports)
    days = None if uptime is None else uptime / _SECONDS_PER_DAY
    return Gear(
        kind=identity.get("kind") or "other",
        ports=len(ports) or None,
        ports_up=sum(port.get("oper_status") == "up" for port in ports) if ports else None,
        clients=wireless.get("clients"),
        access_points=wireless.get("access_points"),
        poe_ratio=_fullest(network.get("poe") or []),
        port_errors_daily=None if errors is None or days is None or days < _FEWEST_DAYS else errors / days,
        worst_port=worst,
    )


def _worst(ports: Iterable[dict[str, Any]]) -> tuple[str | None, int | None]:
    """The port with the most errors, and how many since it started; None where no port counts any."""
    counted = [
        (sum(known), str(port.get("name") or port["index"]))
        for port in ports
        if (known := [port[name] for name in ("in_errors", "out_errors") if port.get(name) is not None])
    ]
    errors, name = max(counted, default=(None, None))
    return name, errors


def _fullest(groups: Iterable[dict[str, Any]]) -> float | None:
    shares = [
        group["used_watts"] / group["budget_watts"]
        for group in groups
        if group.get("budget_watts") and group.get("used_watts") is not None
    ]
    return max(shares, default=None)


def said(measured: Measured) -> str:
    """What was seen of a device, in words: the evidence that it is installed and used."""
    gear = measured.gear or Gear()
    words = [f"answered on {measured.measured_on}"]
    if gear.ports:
        words.append(f"{gear.ports_up} of {gear.ports} ports in use")
    if gear.clients is not None:
        words.append(f"{gear.clients} wireless clients")
    return ", ".join(words)
