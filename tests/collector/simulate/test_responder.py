"""The pretended gear answers real pollers over real UDP, and says there what its reports say."""

import dataclasses
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import psutil
import pytest

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.errors import SnmpTimeoutError
from homeroom_collector.secret import Secret
from homeroom_collector.simulate import gear_report
from homeroom_collector.simulate.faults import Cause
from homeroom_collector.simulate.growth import Size
from homeroom_collector.simulate.responder import Responder, address, community, serving
from homeroom_collector.simulate.world import World
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.reading.gear import read_gear
from homeroom_collector.snmp.session import Credentials, Endpoint, SnmpVersion
from simulate_worlds import event, make, moment

SIZE = Size(schools=2, devices=0, switches=4, access_points=3)
# What a report made without asking leaves out: costs, and what only the device's own tables add.
_ASKED = {"engine", "snmp_version", "poll", "bridge", "physical", "errors", "memory", "storage", "wireless"}


@pytest.fixture(params=["gufo", "pysnmp"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engines]:
    engines = Engines(request.param)
    yield engines
    await engines.close()


def trouble() -> World:
    """A district in which there is something to say."""
    return make(
        event(Cause.PORT_ERRORS, "08:00", lasts=36_000.0),
        event(Cause.WORN_UPS, lasts=86_400.0),
        event(Cause.POWER_CUT, "10:00", lasts=3600.0),
        event(Cause.TONER_EMPTY, "08:00", lasts=36_000.0),
        event(Cause.AP_DEAD, "08:00", lasts=36_000.0),
        size=SIZE,
    )


async def asked(engine: Engines, host: str, port: int, community: str, version: SnmpVersion = "2c") -> NetworkGear:
    endpoint = Endpoint(host=host, port=port, timeout_seconds=2.0, retries=2)
    session = await engine.open(endpoint, Credentials(version=version, community=Secret(community)))
    try:
        return await read_gear(session)
    finally:
        await session.close()


def said(gear: NetworkGear) -> dict[str, Any]:
    """What both ways of asking must agree upon."""
    found = {name: value for name, value in dataclasses.asdict(gear).items() if name not in _ASKED}
    found["system"].pop("restarts_total")
    found["sensors"] = [each["value"] for each in found["sensors"] or () if each["kind"] == "temperature"] or None
    for port in found["interfaces"] or ():
        for name in ("full_duplex", "last_change_seconds", "discontinuity_seconds"):
            port.pop(name)
    for each in (found["printer"] or {}, *(found["poe"] or ())):
        for name in ("trays", "errors"):
            each.pop(name, None)
    if found["ups"]:
        found["sensors"] = None
    return {name: value for name, value in found.items() if value not in (None, [], {})}


@pytest.mark.parametrize("clock", ["07:30", "10:10", "12:00"])
async def test_a_poll_over_udp_tells_what_the_report_of_that_instant_tells(engine: Engines, clock: str):
    made = trouble()
    at = moment(made, clock)
    silent = 0
    with serving(Responder(made.network, lambda: at)) as port:
        for gear in made.district.gear:
            expected = gear_report.report(made.network, gear.name, at).network
            if not expected.reachable:
                silent += 1
                continue
            found = await asked(engine, address(gear), port, community(gear))
            assert not found.errors
            if gear.kind == "router":  # the collector knows it by its configuration
                found = dataclasses.replace(found, identity=dataclasses.replace(found.identity, kind="router"))
            assert said(found) == said(expected), gear.name
    assert silent == {"07:30": 0, "10:10": silent, "12:00": 1}[clock]
    assert silent or clock == "07:30"


async def test_version_1_and_communities_do_as_well(engine: Engines):
    made = make(size=SIZE)
    at = moment(made, "10:00")
    with serving(Responder(made.network, lambda: at)) as port:
        # A device of many ports costs the slower engine ten seconds in this version, which has no GETBULK.
        for gear in [each for each in made.district.gear if each.ports < 10][:3]:
            found = await asked(engine, "127.0.0.1", port, gear.name, "1")
            assert found.system.name == gear.name
            assert len(found.interfaces) == gear.ports


async def test_what_is_cut_off_is_silent_and_counters_move_with_the_clock(engine: Engines):
    made = make(event(Cause.UPLINK_DOWN, "10:00"), size=SIZE)
    (cut,) = made.faults.all
    now = [cut.start - 60]
    core = made.network.gear[f"{cut.subject}-core"]
    responder = Responder(made.network, lambda: now[0])
    with serving(responder) as port:
        before = await asked(engine, "127.0.0.1", port, core.name)
        now[0] = cut.start
        silent = Endpoint(host="127.0.0.1", port=port, timeout_seconds=0.2, retries=0)
        session = await engine.open(silent, Credentials(version="2c", community=Secret(core.name)))
        with pytest.raises(SnmpTimeoutError):
            await read_gear(session)
        await session.close()
        now[0] = cut.end
        after = await asked(engine, "127.0.0.1", port, core.name)
    assert responder.silent
    assert after.interfaces[-1].in_octets > before.interfaces[-1].in_octets
    assert after.system.uptime_seconds > before.system.uptime_seconds


def bound(port: int) -> list[str]:
    """Addresses at which this process has a UDP port."""
    return [each.laddr.ip for each in psutil.Process().net_connections("udp4") if each.laddr.port == port]


async def test_thousands_of_devices_answer_and_nothing_but_loopback_is_bound(monkeypatch: pytest.MonkeyPatch):
    made = make(size=Size(schools=20, devices=0, switches=1_000, access_points=1_000))
    monkeypatch.setattr("homeroom_collector.simulate.responder._MOST_ADDRESSES", 1_500)
    engine = Engines("gufo")
    with serving(Responder(made.network, lambda: moment(made, "10:00"))) as port:
        assert len(bound(port)) == 1 + 1_500
        assert all(ip_address(each).is_loopback for each in bound(port))
        for gear in made.district.gear[::300]:
            endpoint = Endpoint(host=address(gear), port=port, timeout_seconds=2.0, retries=2)
            session = await engine.open(endpoint, Credentials(version="2c", community=Secret(community(gear))))
            found = await session.get(["1.3.6.1.2.1.1.5.0"])
            await session.close()
            assert found == {"1.3.6.1.2.1.1.5.0": gear.name.encode()}
    await engine.close()
