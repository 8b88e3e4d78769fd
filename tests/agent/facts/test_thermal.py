"""Temperatures: which sensor is the processor's, and which numbers are no temperatures."""

from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.parsers.thermal.sensors import Sensor
from homeroom_agent.probes import temperatures

HWMON, ZONES = "sys/class/hwmon", "sys/class/thermal"


def chip(number: int, name: str, *readings: int, **files: str | int) -> dict[str, str]:
    inputs = {f"temp{i}_input": reading for i, reading in enumerate(readings, 1)}
    return under(f"{HWMON}/hwmon{number}", name=name, **inputs, **files)


def zone(number: int, kind: str, temp: int, **files: str) -> dict[str, str]:
    return under(f"{ZONES}/thermal_zone{number}", type=kind, temp=temp, **files)


def cpu(*parts: dict[str, str]) -> float | None:
    return sysfs("thermal", {path: text for part in parts for path, text in part.items()})["cpu_celsius"]


def test_amds_die_is_believed_before_its_fan_control():
    assert cpu(chip(0, "k10temp", 77_000, 50_000, temp1_label="Tctl", temp2_label="Tdie")) == 50.0
    assert cpu(chip(0, "k10temp", 61_500, temp1_label="Tctl")) == 61.5


def test_the_hottest_package_counts():
    two = chip(0, "coretemp", 55_000, temp1_label="Package id 0") | chip(
        1, "coretemp", 58_000, temp1_label="Package id 1"
    )
    assert cpu(two) == 58.0


def test_without_a_package_the_hottest_core_counts():
    assert cpu(chip(0, "coretemp", 43_000, 47_000, temp1_label="Core 0", temp2_label="Core 1")) == 47.0


@pytest.mark.parametrize(
    "kind",
    ["x86_pkg_temp", "cpu-thermal", "cpu_thermal", "cpu0-thermal", "TCPU", "B0D4", "soc_thermal", "cpu-big-thermal"],
)
def test_a_zone_of_the_processor_counts_where_there_is_no_chip(kind: str):
    assert cpu(zone(0, "acpitz", 29_800), zone(1, kind, 48_500)) == 48.5


def test_the_boards_own_word_for_the_processor_counts():
    assert cpu(chip(3, "thinkpad", 51_000, 36_000, temp1_label="CPU")) == 51.0


@pytest.mark.parametrize(
    "fixed", [0, 16_800, 20_000, 25_000, 26_800, 27_800, 27_850, 29_800, 127_000, -273_150, -44_000]
)
def test_what_firmware_types_in_is_no_temperature(fixed: int):
    assert cpu(zone(0, "acpitz", fixed)) is None


def test_an_acpi_zone_that_could_be_true_is_better_than_nothing():
    assert cpu(zone(0, "acpitz", 52_000)) == 52.0


@pytest.mark.parametrize("kind", ["INT3400 Thermal", "iwlwifi_1", "pch_cannonlake"])
def test_zones_of_other_things_are_not_the_processors(kind: str):
    assert cpu(zone(0, kind, 61_000)) is None


def test_a_zone_that_is_switched_off_measures_nothing():
    assert cpu(zone(0, "x86_pkg_temp", 55_000, mode="disabled")) is None


def test_a_sensor_that_fails_costs_only_itself():
    files = chip(0, "coretemp", 45_000, temp1_label="Package id 0")
    answer = sysfs(
        "thermal", files, errors={f"{HWMON}/hwmon0/temp2_input": "EIO", f"{HWMON}/hwmon0/temp3_input": "ENODATA"}
    )
    assert answer["cpu_celsius"] == 45.0


def test_a_standing_fan_turns_zero_times_and_a_stuck_counter_is_left_out():
    answer = sysfs(
        "thermal",
        under(f"{HWMON}/hwmon0", name="dell_smm", fan1_input=0, fan2_input=65_535, fan1_label="Processor Fan"),
    )
    assert answer["fans"] == [{"name": "dell_smm Processor Fan", "rpm": 0.0}]


@pytest.mark.parametrize(("kelvins", "celsius"), [(3010, [27.85]), (0, []), (2732, [0.05]), (9999, [])])
def test_windows_counts_tenths_of_a_kelvin(kelvins: int, celsius: list[float]):
    answer = parse("thermal", ".cim.json", {"InstanceName": "ACPI\\ThermalZone\\TZ00_0", "CurrentTemperature": kelvins})
    assert (answer["zones_celsius"], answer["cpu_celsius"]) == (celsius, None)


def test_a_report_gives_one_temperature_for_each_part():
    def of(part: str, celsius: float) -> Sensor:
        return Sensor(part=part, chip="x", celsius=celsius)

    facts = temperatures.facts([of("disk", 40.0), of("disk", 44.04), of("wifi", 60.0), of("zone", 27.8)], 51.26, [])
    rows: list[Any] = facts.sections["temperatures"]
    assert [(row.name, row.celsius) for row in rows] == [("cpu", 51.3), ("disk", 44.0)]
    assert facts.unavailable == []


def test_no_sensor_is_said_and_not_zero():
    facts = temperatures.facts([], None, [])
    assert facts.sections["temperatures"] == []
    assert facts.unavailable[0].path == "temperatures.cpu"
