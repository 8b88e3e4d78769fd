"""What the poller would report of pretended gear at an instant, made without asking. Pure.

``mib.py`` answers the same questions over SNMP; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from homeroom_agent.report import Report
from homeroom_agent.report.network import (
    GearIdentity,
    Interface,
    Neighbor,
    NetworkGear,
    PoeGroup,
    Printer,
    Processor,
    Sensor,
    Supply,
    System,
    Ups,
)
from homeroom_collector.simulate import gear_words as words
from homeroom_collector.simulate.network import POE_BUDGET_WATTS, GearState, Network, Port

_REMOTE_KINDS = {"switch": "switch", "router": "router", "access_point": "access_point"}


def report(network: Network, name: str, at: float) -> Report:
    """One poll of a device; of one that does not answer, just that."""
    return Report(
        source="snmp",
        device_id=name,
        agent_version="simulated",
        sequence=int(at * 1000),
        measured_at=at,
        network=_gear(network, network.state(name, at)),
    )


def _gear(network: Network, state: GearState) -> NetworkGear:
    if not state.reachable:
        return NetworkGear(reachable=False)
    gear = state.gear
    return NetworkGear(
        reachable=True,
        snmp_version="2c",
        system=System(
            name=gear.name,
            description=words.description(gear),
            object_id=".".join(map(str, words.object_id(gear))),
            uptime_seconds=int(state.uptime_seconds * 100) / 100,
            location=words.location(gear),
            contact="help desk",
        ),
        identity=GearIdentity(
            kind=gear.kind,
            vendor=words.maker(gear),
            model=words.model(gear),
            version=words.VERSION,
            serial=words.serial(gear),
        ),
        interfaces=[_interface(state, port) for port in state.ports],
        neighbors=[_neighbor(network, state, port) for port in state.ports if port.peer in network.gear],
        **_parts(state),
    )


def _parts(state: GearState) -> dict[str, Any]:
    kind = state.gear.kind
    if kind == "ups":
        return {"ups": _ups(state)}
    if kind == "printer":
        supply = Supply(index="1.1", description="Black Toner", kind="toner", level_ratio=state.toner_ratio)
        return {"printer": Printer(page_count_total=state.pages_total, supplies=[supply])}
    heat = Sensor(index="2", kind="temperature", description="Board", value=state.celsius, unit="celsius", status="ok")
    found: dict[str, Any] = {
        "sensors": [heat],
        "processors": [Processor(index="1", usage_ratio=state.cpu_usage_ratio)],
    }
    if kind == "switch":
        found["poe"] = [
            PoeGroup(index="1", budget_watts=float(POE_BUDGET_WATTS), used_watts=float(state.poe_used_watts))
        ]
    return found


def _ups(state: GearState) -> Ups:
    return Ups(
        battery_charge_ratio=state.battery_charge_ratio,
        battery_runtime_seconds=state.battery_runtime_seconds // 60 * 60,
        output_load_ratio=0.25,
        input_volts=0.0 if state.on_battery else 121.0,
        on_battery=state.on_battery,
        replace_battery=state.replace_battery,
    )


def _interface(state: GearState, port: Port) -> Interface:
    return Interface(
        index=port.number,
        name=words.port_name(port),
        description=f"Port {port.number}",
        alias=port.alias,
        type=words.port_type(state, port),
        admin_status="up",
        oper_status="up" if port.up else "down",
        speed_bps=port.speed_bps,
        mac=words.mac(state.gear, port.number).hex(":"),
        mtu=1500,
        in_octets=port.in_octets,
        out_octets=port.out_octets,
        counter_bits=64,
        in_errors=port.in_errors,
        out_errors=0,
        in_discards=0,
        out_discards=0,
    )


def _neighbor(network: Network, state: GearState, port: Port) -> Neighbor:
    far = network.gear[port.peer or ""]
    return Neighbor(
        local_interface=words.port_name(port),
        remote_name=far.name,
        remote_port=f"1/{network.far_port(state.gear, port)}",
        remote_chassis_id=words.mac(far, 0).hex(":"),
        remote_kind=_REMOTE_KINDS.get(far.kind),
    )
