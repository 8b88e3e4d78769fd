"""What scripts and older tools print of the same interfaces: other names, words for numbers, a class that failed."""

import json
from typing import Any

import pytest

from homeroom_agent.parsers.registry import parser_for


def read(kind: str, suffix: str, document: Any) -> dict[str, Any]:
    return parser_for(kind, f"capture{suffix}")(json.dumps(document).encode())


def disk(suffix: str, document: Any) -> dict[str, Any]:
    (row,) = read("disk", suffix, document)["disks"]
    return row


NVME = {
    "smartctl": {"exit_status": 0},
    "nvme_smart_health_information_log": {"critical_warning": 0, "available_spare_threshold": 10, "percentage_used": 3},
}


def test_spare_blocks_that_nobody_told_are_not_used_up():
    assert disk(".smartctl.json", NVME)["must_flag"] is False


def test_a_health_log_of_nvme_is_of_an_nvme_drive():
    assert disk(".smartctl.json", NVME)["type"] == "nvme"


def test_a_prediction_alone_is_a_drive_of_which_only_that_is_known():
    row = disk(".cim.json", [{"InstanceName": "IDE\\Disk_0", "PredictFailure": True, "Reason": 0}])
    assert (row["smart_passed"], row["must_flag"], row["model"]) == (False, True, None)


def test_a_prediction_counts_for_the_only_disk_of_win32():
    names = {"Model": "ST1000LM035", "InterfaceType": "IDE", "Status": "OK", "DeviceID": "\\\\.\\PHYSICALDRIVE0"}
    status = {"InstanceName": "IDE\\Disk_0", "PredictFailure": True}
    row = disk(".cim.json", {"Win32_DiskDrive": names, "MSStorageDriver_FailurePredictStatus": status})
    assert row["must_flag"] is True


def test_counters_alone_are_a_drive_too():
    row = disk(".cim.json", {"DeviceId": "0", "Wear": 7, "Temperature": 41, "PowerOnHours": 1200})
    assert (row["percent_used"], row["temperature_celsius"], row["power_on_hours"]) == (7, 41.0, 1200)


def test_wear_of_nothing_says_nothing_where_it_may_be_a_magnetic_disk():
    documents = {"MSFT_PhysicalDisk": {"DeviceId": "0", "MediaType": 0, "BusType": 11, "HealthStatus": 0}}
    row = disk(".cim.json", documents | {"MSFT_StorageReliabilityCounter": {"DeviceId": "0", "Wear": 0}})
    assert row["percent_used"] is None


def test_a_script_may_name_its_lists_as_it_likes():
    disks = [{"DeviceId": "0", "FriendlyName": "X", "MediaType": "SSD", "BusType": "SATA", "HealthStatus": "Healthy"}]
    row = disk(".cim.json", {"disks": disks, "counters": {"DeviceId": "0", "Wear": 7}})
    assert (row["type"], row["percent_used"], row["smart_passed"]) == ("ssd", 7, True)


def test_battery_classes_that_answered_stand_for_those_that_failed():
    status = {"InstanceName": "A", "RemainingCapacity": 20_000, "Charging": True, "PowerOnline": True}
    found = read("battery", ".cim.json", {"BatteryStatus": status, "BatteryCycleCount": {"CycleCount": 120}})
    (row,) = found["batteries"]
    assert (row["state"], found["ac_online"], row["charge_ratio"]) == ("charging", True, None)


def test_a_battery_whose_type_cannot_be_read_is_known_by_its_capacity():
    files = {f"sys/class/power_supply/BAT0/{name}": text for name, text in (("charge_full", "3000000"),)}
    files |= {"sys/class/power_supply/AC/online": "1"}
    found = read("battery", ".sysfs.json", {"format": "sysfs-tree/1", "files": files})
    assert [row["full_charge_capacity_mah"] for row in found["batteries"]] == [3000.0]


@pytest.mark.parametrize(
    ("medium", "status", "speed", "expected"),
    [
        ("Native 802.11", "Up", "866.7 Mbps", (True, True, 866.7)),
        ("Native 802.11", "Up", "866,7 Mbps", (True, True, 866.7)),
        ("802.3", "Up", "1 Gbps", (False, True, 1000)),
        ("802.3", "Disconnected", "0 bps", (False, False, None)),
        ("Wireless LAN", "Disabled", "n/a", (True, False, None)),
    ],
)
def test_get_netadapter_says_in_words_what_the_class_says_in_numbers(
    medium: str, status: str, speed: str, expected: tuple[bool, bool, float | None]
):
    adapter = {"Name": "A", "PhysicalMediaType": medium, "Status": status, "LinkSpeed": speed, "Virtual": False}
    (link,) = read("network", ".cim.json", [adapter])["links"]
    assert (link["wireless"], link["up"], link["speed_mbps"]) == expected
