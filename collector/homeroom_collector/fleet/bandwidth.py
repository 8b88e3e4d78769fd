"""From a poll to the load of each port, and to what goes over the school's lines."""

from __future__ import annotations

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.fleet.gear import INTERFACES
from homeroom_collector.fleet.member import PLACE, Member
from homeroom_collector.fleet.school import SchoolState
from homeroom_collector.fleet.traffic import INTERFACE_LOAD, Meter

_PORTS = PLACE["network"][INTERFACES.name]
_LOADS = PLACE["network"][INTERFACE_LOAD.name]


def note_traffic(state: SchoolState, member: Member, gear: NetworkGear, at: float, longest_gap: float) -> None:
    """Write the load of a device's ports, whose rows :meth:`SchoolState.put` has named already."""
    device_id = member.device.device_id
    if not gear.reachable:
        state.wan.forget(device_id)
    if gear.interfaces is None:
        return
    keys = member.keys[_PORTS] or ()
    meter = member.meter = member.meter or Meter()
    loads = meter.read(gear, keys, at, longest_gap)
    if loads is None:
        return
    state.put(member, _LOADS, keys, loads, at)
    if member.wan:
        outside = [load for key, load in zip(keys, loads, strict=True) if key in member.wan]
        state.wan.take(device_id, outside, at, in_session=state.calendar.in_session(at))
