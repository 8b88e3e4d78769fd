"""What families of power, print, servers and sensors share: sentinels, scales, and names that are not their own."""

from __future__ import annotations

import asyncio

import pytest

from contracts.recording import RecordingSession, parse
from homeroom_agent.report.network import NetworkGear
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.reading.gear import read_gear

CATALOG = load_catalog()
APC = "1.3.6.1.4.1.318.1.1"


def gear(*lines: str, object_id: str, description: str = "") -> NetworkGear:
    """Read a device of a few variables, each ``oid|tag|value`` as in a recording."""
    walk = [f"1.3.6.1.2.1.1.1.0|4|{description}", f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{object_id}", *lines]
    return asyncio.run(read_gear(RecordingSession(parse("\n".join(walk).encode())), CATALOG))


def values(found: NetworkGear, kind: str) -> list[float | None]:
    return [sensor.value for sensor in found.sensors or [] if sensor.kind == kind]


def test_a_card_that_gives_tenths_is_not_asked_for_whole_numbers_too():
    found = gear(f"{APC}.1.2.2.1.0|66|99", f"{APC}.1.2.3.1.0|66|987", object_id="318.1.3.27")
    assert values(found, "charge") == [0.987]
    assert found.ups is not None
    assert found.ups.battery_charge_ratio == 0.987


def test_an_old_card_gives_whole_numbers():
    assert values(gear(f"{APC}.1.2.2.1.0|66|99", object_id="318.1.3.27"), "charge") == [0.99]


def test_minus_one_is_not_a_measurement():
    found = gear(f"{APC}.26.6.3.1.6.1|2|-1", f"{APC}.26.4.3.1.5.1|2|-1", object_id="318.1.3.4.8")
    assert values(found, "voltage") == []
    assert values(found, "power") == []


def test_a_probe_set_to_fahrenheit_is_shown_in_celsius():
    probe = f"{APC}.10.2.3.2.1"
    found = gear(f"{probe}.3.1|2|2", f"{probe}.4.1|2|68", f"{probe}.5.1|2|2", object_id="318.1.3.27")
    assert values(found, "temperature") == [20.0]


def test_an_ups_on_battery_says_so():
    found = gear(f"{APC}.1.4.1.1.0|2|3", f"{APC}.1.2.2.4.0|2|2", object_id="318.1.3.2.11")
    assert found.ups is not None
    assert (found.ups.on_battery, found.ups.replace_battery) == (True, True)


def test_charge_is_told_once_by_a_card_with_both_mibs():
    found = gear("1.3.6.1.2.1.33.1.2.4.0|2|100", "1.3.6.1.4.1.705.1.5.2.0|2|100", object_id="705.1")
    assert values(found, "charge") == [1.0]


@pytest.mark.parametrize(
    ("kind", "build", "version"),
    [("1", "22631", "11 (23H2)"), ("2", "20348", "Server 2022 (21H2)"), ("3", "17763", "Server 2019 (1809)")],
)
def test_windows_is_told_by_its_build(kind: str, build: str, version: str):
    found = gear(
        object_id=f"311.1.1.3.1.{kind}",
        description="Hardware: Intel64 Family 6 Model 85 Stepping 7 AT/AT COMPATIBLE - "
        f"Software: Windows Version 6.3 (Build {build} Multiprocessor Free)",
    )
    assert found.identity is not None
    assert (found.identity.version, found.identity.model) == (version, "Intel x64")


@pytest.mark.parametrize(
    ("oid", "value", "profile"),
    [
        ("6574.1.5.1.0", "DS920+", "synology"),
        ("24681.1.2.12.0", "TS-453D", "qnap"),
        ("26122.3.1.2.0", "Turbine Compact", "zenitel"),
        ("21317.1.5.1.0", "1", "supermicro"),
        ("53973.1.1.1.1.1.1.0", "ABB", "abb-ups"),
        ("2021.4.5.0", "1000", "linux"),
    ],
)
def test_an_appliance_that_calls_itself_net_snmp_is_known_by_its_own_objects(oid: str, value: str, profile: str):
    found = gear(f"1.3.6.1.4.1.{oid}|4|{value}", object_id="8072.3.2.10", description="Linux box 5.10 #1 SMP x86_64")
    assert found.identity is not None
    assert found.identity.profile == profile


def test_a_pool_of_the_maker_stands_beside_the_file_systems_of_the_host():
    pool, row = "1.3.6.1.4.1.50536.1.1.1.1", "1.3.6.1.2.1.25.2.3.1"
    of_the_maker = [f"{pool}.2.1|4|tank", f"{pool}.3.1|2|4096", f"{pool}.4.1|2|1000000", f"{pool}.5.1|2|250000"]
    of_the_host = [f"{row}.2.1|6|1.3.6.1.2.1.25.2.1.4", f"{row}.3.1|4|/", f"{row}.4.1|2|4096", f"{row}.5.1|2|1000"]
    found = gear(
        *of_the_maker,
        *of_the_host,
        f"{row}.6.1|2|500",
        object_id="50536.3.1",
        description="TrueNAS-13.0-U5.3. Hardware: amd64. Software: FreeBSD 13.1",
    )
    areas = {(area.description, area.usage_ratio) for area in found.storage or []}
    assert areas == {("Pool tank", 0.25), ("/", 0.5)}
    assert len({area.index for area in found.storage or []}) == 2


def test_a_printer_behind_hps_objects_keeps_its_own_name():
    found = gear(
        "1.3.6.1.2.1.25.3.2.1.3.1|4|HP LaserJet M404dn",
        "1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3.0|4|PHB1A00001",
        object_id="11.2.3.9.1",
        description="HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,PID:HP LaserJet M404dn",
    )
    assert found.identity is not None
    assert (found.identity.model, found.identity.serial) == ("LaserJet M404dn", "PHB1A00001")
