"""Batteries: what the systems' figures mean, and what they do not say."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.errors import CaptureError
from homeroom_agent.probes import _macos_batteries

SUPPLY = "sys/class/power_supply"
MACBOOK = {
    "MaxCapacity": 100,
    "CurrentCapacity": 80,
    "DesignCapacity": 4500,
    "AppleRawMaxCapacity": 4050,
    "CycleCount": 0,
}


def linux(**files: str | int) -> dict[str, Any]:
    answer = sysfs("battery", under(f"{SUPPLY}/BAT0", type="Battery", **files))
    (battery,) = answer["batteries"]
    return battery


def plist(**values: Any) -> bytes:
    import plistlib

    return plistlib.dumps([values])


def ioctl(
    design: int, full: int, now: int, *, state: int = 1, capabilities: int = 0x80000000, cycles: int = 5
) -> dict[str, Any]:
    information = struct.pack("<IB3x4s6I", capabilities, 1, b"LION", design, full, 0, 0, 0, cycles)
    return {
        "format": "windows-battery-ioctl/1",
        "IOCTL_BATTERY_QUERY_INFORMATION": {"BatteryInformation_hex": information.hex()},
        "IOCTL_BATTERY_QUERY_STATUS_hex": struct.pack("<3Ii", state, now, 12_000, 0).hex(),
    }


def powercfg(*batteries: str) -> str:
    inner = "".join(f"<Battery>{battery}</Battery>" for battery in batteries)
    return f'<BatteryReport xmlns="http://schemas.microsoft.com/battery/2012"><Batteries>{inner}</Batteries></BatteryReport>'


def test_a_design_of_zero_is_not_a_capacity():
    battery = linux(energy_full_design=0, energy_full=40_000_000, energy_now=20_000_000)
    assert (battery["design_capacity_wh"], battery["health_ratio"], battery["charge_ratio"]) == (None, None, 0.5)


def test_a_dead_pack_that_says_zero_is_worn_out_and_has_no_charge_to_compute():
    battery = linux(energy_full_design=23_000_000, energy_full=0, energy_now=0, cycle_count=612)
    assert (battery["health_ratio"], battery["charge_ratio"], battery["cycle_count"]) == (0.0, None, 612)


def test_a_charge_above_full_is_full():
    assert linux(charge_full_design=5_000_000, charge_full=3_000_000, charge_now=3_200_000)["charge_ratio"] == 1.0


def test_a_capacity_of_103_percent_is_full():
    assert linux(capacity=103)["charge_ratio"] == 1.0


def test_an_unknown_of_32_bits_is_not_a_capacity():
    assert linux(energy_full_design=2**32 - 1, energy_full=40_000_000)["design_capacity_wh"] is None


def test_a_capacity_that_no_laptop_can_have_is_unknown():
    assert linux(charge_full_design=2**40, charge_full=2**40)["design_capacity_mah"] is None


def test_a_pack_that_is_out_of_its_bay_is_no_battery():
    answer = sysfs("battery", under(f"{SUPPLY}/BAT1", type="Battery", present=0))
    assert (answer["has_battery"], answer["batteries"]) == (False, [])


def test_a_pen_without_a_scope_is_known_by_its_driver():
    answer = sysfs("battery", under(f"{SUPPLY}/wacom_battery_0", type="Battery", capacity=0))
    assert (answer["has_battery"], answer["peripherals"][0]["name"]) == (False, "wacom_battery_0")


def test_apple_silicon_under_linux_has_both_units():
    files = under(
        f"{SUPPLY}/macsmc-battery",
        type="Battery", scope="System", status="Charging", cycle_count=31, temp=312,
        charge_full_design=4_563_000, charge_full=4_400_000, charge_now=2_200_000,
        energy_full_design=52_600_000, energy_full=50_720_000, energy_now=25_360_000,
    )  # fmt: skip
    answer = sysfs("battery", files)
    (battery,) = answer["batteries"]
    assert (battery["design_capacity_wh"], battery["design_capacity_mah"], battery["charge_ratio"]) == (
        52.6,
        4563.0,
        0.5,
    )
    assert answer["battery_temperature_celsius"] == 31.2


def test_a_usb_c_charger_alone_is_mains_power():
    files = {
        **under(f"{SUPPLY}/AC", type="Mains", online=0),
        **under(f"{SUPPLY}/ucsi-source-psy-USBC000:001", type="USB", online=1),
    }
    assert sysfs("battery", files)["ac_online"] is True


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"IsCharging": True, "ExternalConnected": True}, "charging"),
        ({"IsCharging": False, "ExternalConnected": True, "FullyCharged": True}, "full"),
        ({"IsCharging": False, "ExternalConnected": True, "FullyCharged": False}, "not_charging"),
        ({"IsCharging": False, "ExternalConnected": False, "FullyCharged": True}, "discharging"),
        ({}, "unknown"),
    ],
)
def test_a_mac_says_its_state_in_three_flags(values: dict[str, bool], state: str):
    assert parse("battery", ".ioreg.plist", plist(**MACBOOK, **values))["batteries"][0]["state"] == state


def test_a_new_mac_has_truly_no_cycles():
    assert parse("battery", ".ioreg.plist", plist(**MACBOOK))["batteries"][0]["cycle_count"] == 0


def test_one_milliampere_hour_stands_for_a_missing_key():
    answer = parse("battery", ".ioreg.plist", plist(**{**MACBOOK, "AppleRawMaxCapacity": 1}))
    assert answer["batteries"][0]["health_ratio"] is None


def test_another_service_is_not_a_battery():
    with pytest.raises(CaptureError, match="not AppleSmartBattery"):
        parse("battery", ".ioreg.plist", plist(IOClass="AppleACPIPlatformExpert"))


def test_a_mac_without_a_battery_in_its_bay_has_none():
    assert parse("battery", ".ioreg.plist", plist(**MACBOOK, BatteryInstalled=False))["has_battery"] is False


@pytest.mark.parametrize("stated", ["83%", "83 %", "%83", "83", 83])
def test_a_percentage_is_read_in_every_form_of_system_profiler(stated: str | int):
    power = [{"sppower_battery_health_info": {"sppower_battery_health_maximum_capacity": stated}}]
    answer = parse("battery", ".system_profiler.json", {"SPPowerDataType": power})
    assert answer["batteries"][0]["health_ratio"] == 0.83


def test_the_chargers_own_keys_do_not_become_the_batterys():
    battery = {"sppower_battery_is_charging": "FALSE", "sppower_battery_state_of_charge": 71}
    charger = {"sppower_battery_charger_connected": "FALSE", "sppower_battery_is_charging": "TRUE"}
    power = [{"sppower_battery_charge_info": battery}, {"_name": "sppower_ac_charger_information", **charger}]
    answer = parse("battery", ".system_profiler.json", {"SPPowerDataType": power})
    (battery,) = answer["batteries"]
    assert (answer["ac_online"], battery["state"], battery["charge_ratio"]) == (False, "discharging", 0.71)


def test_a_desktop_macs_power_report_has_no_battery():
    power = [{"_name": "sppower_information", "sppower_ups_installed": "FALSE"}]
    assert parse("battery", ".system_profiler.json", {"SPPowerDataType": power})["has_battery"] is False


def test_relative_capacities_give_health_but_no_watt_hours():
    answer = parse("battery", ".ioctl.json", ioctl(100, 81, 40, capabilities=0xC0000000))
    (battery,) = answer["batteries"]
    assert (battery["design_capacity_wh"], battery["health_ratio"], battery["charge_ratio"]) == (None, 0.81, 40 / 81)


@pytest.mark.parametrize(
    ("state", "now", "said"),
    [
        (4 | 1, 30_000, "charging"),
        (2, 30_000, "discharging"),
        (1, 40_000, "full"),
        (1, 32_000, "not_charging"),
        (0, 1, "unknown"),
    ],
)
def test_the_battery_drivers_state_is_told_by_its_bits(state: int, now: int, said: str):
    answer = parse("battery", ".ioctl.json", ioctl(50_000, 40_000, now, state=state))
    assert answer["batteries"][0]["state"] == said


def test_what_the_battery_driver_does_not_know_is_unknown():
    battery = parse("battery", ".ioctl.json", ioctl(2**32 - 1, 2**32 - 1, 2**32 - 1, cycles=0))["batteries"][0]
    known = [
        battery[key]
        for key in ("design_capacity_wh", "full_charge_capacity_wh", "health_ratio", "charge_ratio", "cycle_count")
    ]
    assert known == [None] * 5


def test_a_short_structure_is_refused():
    short = {"BatteryInformation_hex": "00000080"}
    with pytest.raises(CaptureError, match="BATTERY_INFORMATION has 4 bytes"):
        parse("battery", ".ioctl.json", {**ioctl(1, 1, 1), "IOCTL_BATTERY_QUERY_INFORMATION": short})


def test_a_ups_in_the_battery_report_is_not_the_laptops_battery():
    ups = "<Id>APC</Id><LongTerm>0</LongTerm><DesignCapacity>100000</DesignCapacity>"
    answer = parse("battery", ".powercfg.xml", powercfg(ups))
    assert (answer["has_battery"], answer["ups"][0]["name"]) == (False, "APC")


def test_a_relative_battery_report_gives_the_ratio_only():
    sizes = "<DesignCapacity>100</DesignCapacity><FullChargeCapacity>64</FullChargeCapacity>"
    relative = f"<Id>X</Id><LongTerm>1</LongTerm><RelativeCapacity>1</RelativeCapacity>{sizes}"
    (battery,) = parse("battery", ".powercfg.xml", powercfg(relative))["batteries"]
    assert (battery["design_capacity_wh"], battery["health_ratio"]) == (None, 0.64)


def test_a_desktops_battery_report_is_empty():
    assert parse("battery", ".powercfg.xml", powercfg())["batteries"] == []


def test_another_xml_is_not_a_battery_report():
    with pytest.raises(CaptureError, match="its root is html"):
        parse("battery", ".powercfg.xml", "<html/>")


def of(name: str, **values: Any) -> dict[str, Any]:
    return {"InstanceName": name, **values}


def test_wmi_batteries_are_joined_by_instance_name_in_any_order():
    captured = {
        "BatteryStaticData": [of("B", DesignedCapacity=20_000), of("A", DesignedCapacity=10_000)],
        "BatteryFullChargedCapacity": [of("A", FullChargedCapacity=9_000), of("B", FullChargedCapacity=8_000)],
        "BatteryCycleCount": [of("B", CycleCount=0), of("A", CycleCount=7)],
        "BatteryStatus": [of("A", RemainingCapacity=4_500, Charging=True, PowerOnline=True)],
    }
    first, second = parse("battery", ".cim.json", captured)["batteries"]
    keys = ("health_ratio", "cycle_count", "state", "charge_ratio")
    assert [first[key] for key in keys] == [0.4, None, "unknown", None]
    assert [second[key] for key in keys] == [0.9, 7, "charging", 0.5]


def test_a_class_that_failed_leaves_the_others():
    captured = {"BatteryStaticData": None, "BatteryFullChargedCapacity": of("A", FullChargedCapacity=9_000)}
    (battery,) = parse("battery", ".cim.json", captured)["batteries"]
    assert (battery["full_charge_capacity_wh"], battery["health_ratio"]) == (9.0, None)


@pytest.mark.parametrize(
    ("status", "state", "online"),
    [(1, "discharging", False), (2, "unknown", True), (3, "full", True), (7, "charging", True)],
)
def test_win32_battery_status_two_means_on_mains(status: int, state: str, online: bool):
    answer = parse("battery", ".cim.json", {"BatteryStatus": status, "EstimatedChargeRemaining": 80, "Name": "X"})
    assert (answer["batteries"][0]["state"], answer["ac_online"]) == (state, online)


def test_powershell_may_wrap_its_list():
    captured = {"value": [{"EstimatedChargeRemaining": 55, "Name": "X"}], "Count": 1}
    assert parse("battery", ".cim.json", captured)["batteries"][0]["charge_ratio"] == 0.55


def test_no_instance_prints_nothing():
    assert parse("battery", ".cim.json", b"")["batteries"] == []


@pytest.mark.parametrize(
    ("health", "verdict"), [("Good", False), ("Dead", True), ("Unspecified failure", True), ("Warm", None), ("", None)]
)
def test_linux_passes_on_the_gauges_verdict(health: str, verdict: bool | None):
    assert linux(health=health)["service_recommended"] is verdict


@pytest.mark.parametrize(
    ("stated", "condition", "verdict"),
    [("Good", "Normal", False), ("Check Battery", "Service Recommended", True), ("Poor", "Service Recommended", True)],
)
def test_apples_verdict_has_changed_its_words(stated: str, condition: str, verdict: bool):
    power = [{"sppower_battery_health_info": {"sppower_battery_health": stated}}]
    answer = parse("battery", ".system_profiler.json", {"SPPowerDataType": power})
    assert (answer["condition"], answer["batteries"][0]["service_recommended"]) == (condition, verdict)


def test_a_macs_verdict_is_asked_once_a_day_and_its_capacities_each_time():
    asked: list[str] = []

    def system(command: Sequence[str], timeout_seconds: float) -> bytes:
        asked.append(command[0].rpartition("/")[2])
        poor = {"SPPowerDataType": [{"sppower_battery_health_info": {"sppower_battery_health": "Poor"}}]}
        return json.dumps(poor).encode() if asked[-1] == "system_profiler" else plist(**MACBOOK)

    memory: dict[str, Any] = {}
    for now in (0.0, 300.0, 86_500.0):
        (pack,) = _macos_batteries.packs(memory, now=now, runner=system)
        assert (pack.service_recommended, pack.health_ratio) == (True, 0.9)
    assert asked == ["ioreg", "system_profiler", "ioreg", "ioreg", "system_profiler"]
