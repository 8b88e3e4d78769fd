"""The pretended network gear in time: what is powered, what is reached, and what each device would say. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from homeroom_collector.simulate.chance import between, key_of, unit
from homeroom_collector.simulate.district import District, Gear, SimulatedSchool
from homeroom_collector.simulate.faults import Cause, Fault, Faults
from homeroom_collector.simulate.growth import OFFICE
from homeroom_collector.simulate.school_year import SchoolYears

POE_BUDGET_WATTS = 370
_GIGABIT = 1_000_000_000
_RUNTIME_SECONDS = (1200.0, 2700.0)
"""How long a sound UPS lasts."""
_RESTART_SECONDS = 90.0
_UP_SINCE_DAYS = (0.0, 30.0)
_TONER_DAYS = 150.0
_USED_PORTS = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port. Octets and errors count since the device started; ``peer`` is the device at the other end."""

    number: int
    alias: str
    speed_bps: int
    up: bool
    in_octets: int
    out_octets: int
    in_errors: int
    peer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GearState:
    """One device at one instant. ``reachable`` is whether the collector hears it; the rest is as if it did."""

    gear: Gear
    at: float
    reachable: bool
    uptime_seconds: float
    celsius: float
    cpu_usage_ratio: float
    poe_used_watts: int
    on_battery: bool
    battery_charge_ratio: float
    battery_runtime_seconds: float
    replace_battery: bool
    toner_ratio: float
    pages_total: int
    ports: tuple[Port, ...]


class Network:
    """All gear of a district."""

    def __init__(self, district: District, years: SchoolYears, faults: Faults) -> None:
        self._seed, self._years, self._faults = district.seed, years, faults
        self.gear = {gear.name: gear for gear in district.gear}
        self._schools: dict[str, SimulatedSchool] = {school.school_id: school for school in district.schools}
        # What was powered when is asked for each device, its ports and all below it.
        self._outages = lru_cache(maxsize=None)(self._all_outages)

    def powered(self, name: str, at: float) -> bool:
        """Whether a device runs."""
        return not any(start <= at < end for start, end in self._outages(name)) and not self._restarting(name, at)

    def reachable(self, name: str, at: float) -> bool:
        """Whether the collector, which stands in the district's own building, reaches a device."""
        gear: Gear | None = self.gear[name]
        assert gear is not None
        if gear.school_id != OFFICE and self._faults.now(gear.school_id, Cause.UPLINK_DOWN, at):
            return False
        while gear is not None:
            if not self.powered(gear.name, at):
                return False
            gear = self.gear.get(gear.uplink or "")
        return True

    def state(self, name: str, at: float) -> GearState:
        """Everything a device would say at an instant."""
        gear = self.gear[name]
        cut = self._faults.now(gear.school_id, Cause.POWER_CUT, at)
        lasts = self._runtime_seconds(gear.school_id, cut.start if cut else at)
        left = max(0.0, lasts - (at - cut.start)) if cut else lasts
        hot = self._faults.now(name, Cause.OVERHEATING, at)
        draw = (self._seed, 50, gear.number, int(at // 60))
        booted_at = self._booted_at(name, at)
        return GearState(
            gear=gear,
            at=at,
            reachable=self.reachable(name, at),
            uptime_seconds=at - booted_at,
            celsius=round(hot.amount if hot else between(36.0, 47.0, *draw, 1), 1),
            cpu_usage_ratio=round(between(0.06, 0.3, *draw, 2), 2),
            poe_used_watts=self._poe_watts(gear, at),
            on_battery=cut is not None,
            battery_charge_ratio=round(left / lasts, 2),
            battery_runtime_seconds=left,
            replace_battery=self._faults.now(f"{gear.school_id}-ups1", Cause.WORN_UPS, at) is not None,
            toner_ratio=round(self._toner_ratio(gear, at), 3),
            pages_total=20_000 + gear.number % 50_000 + int((at - self._years.epoch) / 86_400.0 * 60),
            ports=tuple(self._ports(gear, at, booted_at)),
        )

    def far_port(self, gear: Gear, port: Port) -> int:
        """Number of the port at the other end of a link between two of our devices."""
        far = self.gear[port.peer or ""]
        return far.links.index(gear.name) + 1 if far.name == gear.uplink else far.ports

    def _all_outages(self, name: str) -> tuple[tuple[float, float], ...]:
        """When a device is without power or dead, from start to end."""
        gear = self.gear[name]
        found = [(fault.start, fault.end) for fault in self._deadly(gear)]
        for cut in self._faults.of(gear.school_id, Cause.POWER_CUT):
            backed = gear.kind == "ups" or name == f"{gear.school_id}-core"
            start = cut.start + (self._runtime_seconds(gear.school_id, cut.start) if backed else 0.0)
            if start < cut.end:
                found.append((start, cut.end))
        if gear.kind == "access_point" and gear.uplink:
            found += self._outages(gear.uplink)
        return tuple(sorted(found))

    def _deadly(self, gear: Gear) -> Iterator[Fault]:
        yield from self._faults.of(gear.name, Cause.GEAR_DEAD)
        yield from self._faults.of(gear.name, Cause.AP_DEAD)
        if gear.kind == "access_point":
            yield from self._faults.of(gear.school_id, Cause.WIFI_OUTAGE)

    def _restarting(self, name: str, at: float) -> bool:
        fault = self._faults.now(name, Cause.RESTARTING, at)
        return fault is not None and (at - fault.start) % fault.amount < _RESTART_SECONDS

    def _booted_at(self, name: str, at: float) -> float:
        """When a device started the last time. While it is off: when it last ran is not asked."""
        began = self._years.epoch - 86_400.0 * between(*_UP_SINCE_DAYS, self._seed, 51, key_of(name))
        ends = [end for _, end in self._outages(name) if end <= at]
        for fault in self._faults.of(name, Cause.RESTARTING):
            if fault.start <= at:
                times = (min(at, fault.end) - fault.start) // fault.amount
                ends.append(min(at, fault.start + times * fault.amount + _RESTART_SECONDS))
        return max([began, *ends])

    def _runtime_seconds(self, school_id: str, at: float) -> float:
        worn = self._faults.now(f"{school_id}-ups1", Cause.WORN_UPS, at)
        return worn.amount if worn else between(*_RUNTIME_SECONDS, self._seed, 52, key_of(school_id))

    def _poe_watts(self, gear: Gear, at: float) -> int:
        over = self._faults.now(gear.name, Cause.POE_OVERLOAD, at)
        share = over.amount if over else between(0.2, 0.6, self._seed, 53, gear.number)
        return int(share * POE_BUDGET_WATTS)

    def _toner_ratio(self, gear: Gear, at: float) -> float:
        if self._faults.now(gear.name, Cause.TONER_EMPTY, at):
            return 0.0
        refilled = self._faults.past(gear.name, Cause.TONER_EMPTY, at)
        used = (at - (refilled.end if refilled else self._years.epoch)) / 86_400.0 / _TONER_DAYS
        start = 0.0 if refilled else unit(self._seed, 54, gear.number)
        return 1.0 - 0.85 * ((start + used) % 1.0)

    def _ports(self, gear: Gear, at: float, booted_at: float) -> Iterator[Port]:
        calendar = self._years.calendar(self._years.level_of(gear.school_id))
        busy = calendar.instructional_seconds(booted_at, at)
        quiet = at - booted_at - busy
        for number in range(1, gear.ports + 1):
            peer = gear.links[number - 1] if number <= len(gear.links) else None
            is_uplink = number == gear.ports
            peer = gear.uplink if is_uplink else peer
            speed = self._speed_bps(gear, peer, is_uplink=is_uplink)
            use = self._use(gear, number, peer, is_uplink=is_uplink)
            up = self._up(gear, number, peer, at, is_uplink=is_uplink)
            octets = speed / 8 * use * (busy + 0.05 * quiet) if use else 0.0
            yield Port(
                number=number,
                alias=_alias(number, peer, is_uplink=is_uplink),
                speed_bps=speed,
                up=up,
                in_octets=int(octets),
                out_octets=int(octets / 6),
                in_errors=self._errors(gear, number, booted_at, at),
                peer=peer if up else None,
            )

    def _speed_bps(self, gear: Gear, peer: str | None, *, is_uplink: bool) -> int:
        if gear.kind == "router" and peer in self.gear:
            return self._schools[self.gear[peer].school_id].bandwidth_bps
        if is_uplink and peer in self.gear and self.gear[peer].kind == "router":
            return self._schools[gear.school_id].bandwidth_bps
        return 10 * _GIGABIT if is_uplink and gear.kind in ("switch", "router") else _GIGABIT

    def _use(self, gear: Gear, number: int, peer: str | None, *, is_uplink: bool) -> float:
        """Mean share of the speed while there is school."""
        if not is_uplink and peer is None and not self._in_use(gear, number):
            return 0.0
        high = 0.4 if is_uplink and gear.kind == "switch" else 0.03
        return between(high / 4, high, self._seed, 55, gear.number, number)

    def _in_use(self, gear: Gear, number: int) -> bool:
        return number == len(gear.links) + 1 or unit(self._seed, 56, gear.number, number) < _USED_PORTS

    def _up(self, gear: Gear, number: int, peer: str | None, at: float, *, is_uplink: bool) -> bool:
        if peer is not None and peer in self.gear:
            far = self.gear[peer] if gear.kind == "router" else gear
            crosses = "router" in (gear.kind, self.gear[peer].kind)
            return self.powered(peer, at) and not (crosses and self._faults.now(far.school_id, Cause.UPLINK_DOWN, at))
        if is_uplink:
            return True
        flapping = self._faults.now(gear.name, Cause.FLAPPING_PORT, at)
        if flapping and number == len(gear.links) + 1:
            return (at - flapping.start) % flapping.amount >= flapping.amount / 2
        return self._in_use(gear, number)

    def _errors(self, gear: Gear, number: int, booted_at: float, at: float) -> int:
        """Receive errors since the start, on the first port that no device of ours hangs from."""
        if number != len(gear.links) + 1:
            return 0
        spans = (
            (fault.amount, max(fault.start, booted_at), min(fault.end, at))
            for fault in self._faults.of(gear.name, Cause.PORT_ERRORS)
        )
        return int(sum(rate * (end - start) for rate, start, end in spans if end > start))


def _alias(number: int, peer: str | None, *, is_uplink: bool) -> str:
    if is_uplink:
        return f"uplink to {peer}" if peer else "uplink to WAN"
    return f"to {peer}" if peer else f"Room {100 + number}"
