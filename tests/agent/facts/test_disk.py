"""Disks: what SMART, NVMe, eMMC and the systems say, and when a disk must be replaced."""

import struct
from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.disk.drive import Drive, joined

BLOCK = "sys/block"


def smart(
    *attributes: tuple[int, str, int, int | str], family: str = "", model: str = "DISK", **more: Any
) -> dict[str, Any]:
    """What smartctl's JSON of a flash drive with these attributes gives: number, name, value, raw."""
    table = [
        {"id": id_, "name": name, "value": value, "raw": {"value": 2**40, "string": str(raw)}}
        for id_, name, value, raw in attributes
    ]
    report = {
        "smartctl": {"exit_status": 0}, "device": {"name": "/dev/sda", "protocol": "ATA"}, "model_name": model,
        "rotation_rate": 0, "ata_smart_attributes": {"table": table}, "smart_status": {"passed": True},
    }  # fmt: skip
    if family:
        report["model_family"] = family
    return parse("disk", ".smartctl.json", {**report, **more})["disks"][0]


def nvme(**changes: int) -> bytes:
    values = {
        "critical": 0,
        "kelvin": 310,
        "spare": 100,
        "threshold": 10,
        "used": 3,
        "hours": 400,
        "errors": 0,
    } | changes
    log = bytearray(512)
    struct.pack_into("<BHBBB", log, 0, *(values[key] for key in ("critical", "kelvin", "spare", "threshold", "used")))
    log[128:144] = values["hours"].to_bytes(16, "little")
    log[160:176] = values["errors"].to_bytes(16, "little")
    return bytes(log)


def from_log(**changes: int) -> dict[str, Any]:
    return parse("disk", ".nvme-log02.bin", nvme(**changes))["disks"][0]


@pytest.mark.parametrize(
    ("attribute", "family", "model", "used"),
    [
        ((202, "Percent_Lifetime_Remain", 92, 8), "Crucial/Micron Client SSDs", "CT500MX500SSD1", 8),
        ((202, "Percent_Lifetime_Used", 100, 8), "Crucial/Micron RealSSD C300/P300", "C300", 8),
        ((202, "Perc_Rated_Life_Used", 99, 1), "Crucial/Micron RealSSD m4/C400", "M4-CT128", 1),
        ((177, "Wear_Leveling_Count", 81, 401), "Samsung based SSDs", "Samsung SSD 860", 19),
        ((177, "Wear_Leveling_Count", 99, 5), "", "SAMSUNG MZ7LN256", 1),
        ((177, "Wear_Leveling_Count", 100, 401), "Silicon Motion based SSDs", "TS32", None),
        ((173, "Wear_Leveling_Count", 185, 957), "Apple SD/SM/TS...E/F/G SSDs", "APPLE SSD", None),
        ((233, "Media_Wearout_Indicator", 97, 0), "Intel 530 Series SSDs", "INTEL SSDSC2BW", 3),
        ((233, "Media_Wearout_Indicator", 100, 3129), "", "SanDisk Ultra II 240GB", None),
        ((230, "Media_Wearout_Indicator", 1, "0x002600140026"), "WD Blue / Red / Green SSDs", "WDC WDS250G2B0A", None),
        ((231, "SSD_Life_Left", 98, 98), "Phison Driven SSDs", "KINGSTON SA400", 2),
        ((231, "SSD_Life_Left", 100, 74), "Phison Driven SSDs", "KINGSTON SKC400", 26),
        ((231, "SSD_Life_Left", 95, 1), "SandForce Driven SSDs", "KINGSTON SV300", 5),
        ((231, "SSD_Life_Left", 100, 0), "Phison Driven SSDs", "NEW", 0),
        ((169, "Remaining_Lifetime_Perc", 100, 96), "Silicon Motion based SSDs", "TS32GMTS400", 4),
        ((169, "Unknown_Attribute", 100, 100), "", "P3-2TB", None),
        ((177, "Lifetime_Remaining%", 100, 88), "Sandisk SATA Cloudspeed", "SD", 12),
    ],
)
def test_each_maker_tells_the_life_of_flash_in_its_own_way(
    attribute: tuple[int, str, int, int | str], family: str, model: str, used: int | None
):
    assert smart(attribute, family=family, model=model)["percent_used"] == used


def test_a_wear_attribute_of_a_magnetic_disk_says_nothing():
    assert (
        smart((177, "Wear_Leveling_Count", 81, 1), family="Samsung based", rotation_rate=7200)["percent_used"] is None
    )


def test_the_standard_indicator_is_preferred_where_it_is_valid():
    row = {"name": "Percentage Used Endurance Indicator", "value": 19, "flags": {"valid": True}}
    statistics = {"pages": [{"number": 7, "table": [row]}]}
    assert smart((231, "SSD_Life_Left", 1, 1), ata_device_statistics=statistics)["percent_used"] == 19
    row["flags"] = {"valid": False}
    assert smart(ata_device_statistics=statistics)["percent_used"] is None


@pytest.mark.parametrize(
    ("name", "raw", "hours"),
    [
        ("Power_On_Hours", "2725 (151 234 0)", 2725),
        ("Power_On_Hours", "14551h+23m+10.220s", 14551),
        ("Power_On_Minutes", "120", 2),
        ("Power_On_Half_Minutes", "240", 2),
        ("Power_On_Seconds", "7200", 2),
        ("Power_On_Hours", "167031278144165", None),
        ("Not_In_Use", "7", None),
    ],
)
def test_hours_come_in_several_forms(name: str, raw: str, hours: int | None):
    assert smart((9, name, 90, raw))["power_on_hours"] == hours


def test_an_attribute_that_the_maker_does_not_use_counts_nothing():
    disk = smart((5, "Not_In_Use", 100, 0), (197, "Not_In_Use", 100, 0))
    assert (disk["reallocated"], disk["pending"]) == (None, None)


@pytest.mark.parametrize("name", ["Reallocated_Sector_Ct", "Retired_Block_Count", "Reallocate_NAND_Blk_Cnt"])
def test_reallocation_has_many_names(name: str):
    assert smart((5, name, 100, "3 (1, 2)"))["reallocated"] == 3


def test_an_attribute_that_failed_in_the_past_is_no_alarm():
    table = [
        {"id": 190, "name": "Airflow_Temperature_Cel", "value": 55, "raw": {"string": "45"}, "when_failed": "past"}
    ]
    assert smart(ata_smart_attributes={"table": table})["must_flag"] is False


def test_a_prefailure_attribute_that_fails_now_is_an_alarm_though_smart_passed():
    row = {"id": 1, "name": "Raw_Read_Error_Rate", "value": 1, "raw": {"string": "9"}, "when_failed": "now"}
    assert smart(ata_smart_attributes={"table": [{**row, "flags": {"prefailure": True}}]})["must_flag"] is True


@pytest.mark.parametrize(("status", "flagged"), [(0x04, False), (0x40, False), (0x08, True), (0x10, True)])
def test_only_two_bits_of_the_exit_status_accuse_the_drive(status: int, flagged: bool):
    assert smart(smartctl={"exit_status": status})["must_flag"] is flagged


def test_pending_sectors_condemn_a_drive_that_passed():
    assert smart((197, "Current_Pending_Sector", 100, 1))["must_flag"] is True


def test_flash_retires_blocks_all_its_life_and_a_magnetic_disk_does_not():
    assert smart((5, "Reallocated_Sector_Ct", 100, 2))["must_flag"] is False
    assert smart((5, "Reallocated_Sector_Ct", 100, 2), rotation_rate=5400)["must_flag"] is True


def test_a_cable_error_is_not_the_drives():
    assert smart((199, "UDMA_CRC_Error_Count", 100, 131))["must_flag"] is False


def test_a_scsi_drive_counts_defects_and_uncorrected_errors():
    log = {way: {"total_uncorrected_errors": count} for way, count in (("read", 1), ("write", 2))}
    said = {"scsi_vendor": "SEAGATE", "scsi_product": "ST600MM0006", "scsi_grown_defect_list": 4}
    disk = smart(model_name=None, rotation_rate=10_500, scsi_error_counter_log=log, **said)
    assert (disk["model"], disk["reallocated"], disk["media_errors"]) == ("SEAGATE ST600MM0006", 4, 3)


def test_a_drive_that_could_not_be_opened_is_neither_healthy_nor_failed():
    disk = parse(
        "disk", ".smartctl.json", {"smartctl": {"exit_status": 2}, "device": {"name": "/dev/nvme0", "type": "nvme"}}
    )["disks"][0]
    assert (disk["smart_passed"], disk["must_flag"]) == (None, None)


def test_another_json_is_not_smartctls():
    with pytest.raises(CaptureError, match="not a smartctl report"):
        parse("disk", ".smartctl.json", {"version": 1})


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"critical": 1}, "spare blocks"), ({"critical": 4}, "reliability is degraded"), ({"critical": 8}, "read-only"),
        ({"spare": 5}, "spare blocks"), ({"used": 104}, "104 % of rated life"), ({"errors": 7}, "7 media errors"),
    ],
)  # fmt: skip
def test_a_nvme_drive_is_replaced_for_what_its_log_says(changes: dict[str, int], finding: str):
    disk = from_log(**changes)
    assert disk["must_flag"] is True
    assert any(finding in found for found in disk["findings"])


def test_counters_of_128_bits_are_read_whole():
    assert from_log(errors=2**100)["media_errors"] == 2**63 - 1


def test_absolute_zero_is_no_temperature():
    assert from_log(kelvin=0)["temperature_celsius"] is None


@pytest.mark.parametrize("fill", [b"\x00", b"\xff"])
def test_a_log_that_was_never_filled_in_says_nothing(fill: bytes):
    disk = parse("disk", ".nvme-log02.bin", fill * 512)["disks"][0]
    assert (disk["smart_passed"], disk["power_on_hours"], disk["must_flag"]) == (None, None, None)


@pytest.mark.parametrize(
    ("life", "used"),
    [("0x01 0x01", 10), ("0x02 0x0a", 100), ("0x0b 0x01", 100), ("0x00 0x00", None), ("", None), ("0x0c 0x03", 30)],
)
def test_emmc_tells_its_life_in_steps_of_ten(life: str, used: int | None):
    files = under(f"{BLOCK}/mmcblk0/device", type="MMC", name="DF4064", life_time=life) | under(
        f"{BLOCK}/mmcblk0", size=122_142_720
    )
    assert sysfs("disk", files)["disks"][0]["percent_used"] == used


@pytest.mark.parametrize(
    ("stage", "passed", "flagged"),
    [("0x01", True, False), ("0x02", False, True), ("0x03", False, True), ("0x00", None, None)],
)
def test_emmc_warns_before_its_end(stage: str, passed: bool | None, flagged: bool | None):
    files = under(f"{BLOCK}/mmcblk0/device", type="MMC", pre_eol_info=stage) | under(f"{BLOCK}/mmcblk0", size=1)
    disk = sysfs("disk", files)["disks"][0]
    assert (disk["smart_passed"], disk["must_flag"]) == (passed, flagged)


def test_a_memory_card_is_not_the_built_in_flash():
    files = under(f"{BLOCK}/mmcblk1/device", type="SD", name="SD64G") | under(f"{BLOCK}/mmcblk1", size=1)
    assert sysfs("disk", files)["disks"][0]["type"] == "unknown"


def test_disks_come_in_natural_order_without_what_is_none():
    names = ("nvme10n1", "nvme2n1", "sda", "sr0", "dm-0", "md127", "zram0", "loop3", "ram0", "nvme0c0n1", "mmcblk0rpmb")
    files = {path: text for name in names for path, text in under(f"{BLOCK}/{name}", size=8).items()}
    assert [disk["name"] for disk in sysfs("disk", files)["disks"]] == ["nvme2n1", "nvme10n1", "sda"]


def test_a_usb_disk_is_known_by_where_its_link_leads():
    real = "sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host0/target0:0:0/0:0:0:0/block/sda"
    files = under(real, size=8) | under(f"{real}/queue", rotational=1)
    assert sysfs("disk", files, symlinks={f"{BLOCK}/sda": f"../{real[4:]}"})["disks"][0]["type"] == "usb"


def test_a_nvme_drives_temperature_needs_no_rights():
    hwmon = "sys/devices/pci0/nvme/nvme0/hwmon1"
    files = under(hwmon, name="nvme", temp1_input=43_850) | under("sys/devices/pci0/nvme/nvme0/nvme0n1", size=8)
    links = {
        f"{BLOCK}/nvme0n1": "../devices/pci0/nvme/nvme0/nvme0n1",
        "sys/devices/pci0/nvme/nvme0/nvme0n1/device": "../../nvme0",
    }
    assert sysfs("disk", files, symlinks=links)["disks"][0]["temperature_celsius"] == 43.85


@pytest.mark.parametrize(
    ("status", "passed"),
    [(0, True), (1, False), (2, False), (5, None), (None, None), ("Healthy", True), ("Warning", False)],
)
def test_windows_health_comes_as_number_or_word(status: int | str | None, passed: bool | None):
    disk = {"DeviceId": "0", "MediaType": "SSD", "BusType": "NVMe", "HealthStatus": status}
    found = parse("disk", ".cim.json", {"MSFT_PhysicalDisk": disk})["disks"][0]
    assert (found["smart_passed"], found["type"]) == (passed, "nvme")


def test_counters_that_may_not_be_read_are_not_zero():
    captured = {"MSFT_PhysicalDisk": {"DeviceId": "0", "MediaType": 4}, "MSFT_StorageReliabilityCounter": []}
    disk = parse("disk", ".cim.json", captured)["disks"][0]
    assert [disk[key] for key in ("percent_used", "media_errors", "power_on_hours", "temperature_celsius")] == [
        None
    ] * 4


def test_a_counter_at_its_end_has_stopped_counting():
    captured = {
        "MSFT_PhysicalDisk": {"DeviceId": "0", "MediaType": 4},
        "MSFT_StorageReliabilityCounter": {"DeviceId": "0", "Wear": 3, "PowerOnHours": 65_535, "Temperature": 0},
    }
    disk = parse("disk", ".cim.json", captured)["disks"][0]
    assert (disk["percent_used"], disk["power_on_hours"], disk["temperature_celsius"]) == (3, None, None)


def test_a_predicted_failure_is_joined_by_the_models_name():
    captured = {
        "MSFT_PhysicalDisk": [
            {"DeviceId": "0", "MediaType": 4, "FriendlyName": "KXG50ZNV512G NVMe", "HealthStatus": 0},
            {"DeviceId": "1", "MediaType": 3, "FriendlyName": "ST1000LM035-1RK172", "HealthStatus": 0},
        ],
        "MSStorageDriver_FailurePredictStatus": [
            {"InstanceName": "SCSI\\Disk&Ven_&Prod_ST1000LM035-1RK1\\4&1_0", "PredictFailure": True},
            {"InstanceName": "SCSI\\Disk&Ven_NVMe&Prod_KXG50ZNV512G_NVM\\5&2_0", "PredictFailure": False},
        ],
    }
    assert [disk["smart_passed"] for disk in parse("disk", ".cim.json", captured)["disks"]] == [True, False]


def mac(**report: list[dict[str, Any]]) -> dict[str, Any]:
    return parse("disk", ".system_profiler.json", report)


def test_a_macs_drive_is_told_by_its_controller_and_not_twice():
    name = "APPLE SSD AP0512Q"
    drive = {"device_model": name, "device_serial": "0ba0", "size_in_bytes": 500, "smart_status": "Verified"}
    physical = {"device_name": name, "is_internal_disk": "yes", "protocol": "Apple Fabric", "smart_status": "Verified"}
    volume = {"bsd_name": "disk3s1", "physical_drive": physical, "size_in_bytes": 494, "free_space_in_bytes": 400}
    answer = mac(SPNVMeDataType=[{"_name": "Apple SSD Controller", "_items": [drive]}], SPStorageDataType=[volume])
    (disk,) = answer["disks"]
    found = (disk["type"], disk["serial_present"], disk["capacity_bytes"], disk["smart_passed"])
    assert found == ("nvme", True, 500, True)
    assert answer["storage"] == {"total_bytes": 494, "free_bytes": 400}


def test_two_containers_of_one_mac_add_up_and_two_volumes_of_one_do_not():
    def volume(name: str, size: int) -> dict[str, Any]:
        return {
            "bsd_name": name,
            "physical_drive": {"is_internal_disk": "yes"},
            "size_in_bytes": size,
            "free_space_in_bytes": 10,
        }

    answer = mac(SPStorageDataType=[volume("disk3s1s1", 100), volume("disk3s5", 100), volume("disk4s2", 60)])
    assert answer["storage"] == {"total_bytes": 160, "free_bytes": 20}


@pytest.mark.parametrize("protocol", ["USB", "Disk Image", "Thunderbolt", "Secure Digital"])
def test_what_is_plugged_into_a_mac_is_not_its_own(protocol: str):
    physical = {"protocol": protocol, "device_name": "X", "smart_status": "Verified"}
    assert (
        mac(SPStorageDataType=[{"bsd_name": "disk9s1", "physical_drive": physical, "size_in_bytes": 5}])["disks"] == []
    )


def test_a_failing_mac_disk_is_flagged():
    items = [
        {
            "_name": "APPLE HDD",
            "device_model": "APPLE HDD ST1000",
            "spsata_medium_type": "Rotational",
            "smart_status": "Failing",
        }
    ]
    (disk,) = mac(SPSerialATADataType=[{"_name": "Controller", "_items": items}])["disks"]
    assert (disk["type"], disk["smart_passed"], disk["must_flag"]) == ("hdd", False, True)


def test_a_property_list_says_the_same_as_json():
    import plistlib

    item = {"device_model": "APPLE SSD SM256E", "spsata_medium_type": "Solid State", "size_in_bytes": 251}
    controller = {"_name": "Intel 8 Series", "_items": [{**item, "smart_status": "Verified"}]}
    raw = plistlib.dumps([{"_dataType": "SPSerialATADataType", "_items": [controller]}])
    (disk,) = parse("disk", ".system_profiler.plist", raw)["disks"]
    assert (disk["model"], disk["type"], disk["capacity_bytes"]) == ("APPLE SSD SM256E", "ssd", 251)


def test_joining_keeps_the_name_and_takes_the_details():
    basic = Drive(name="nvme0n1", type="nvme", model="PM951", capacity_bytes=10, temperature_celsius=40.0)
    detailed = Drive(name="nvme0", model="PM951 NVMe", smart_passed=True, percent_used=3, alarms=("read-only",))
    found = joined(basic, detailed)
    assert (found.name, found.model, found.capacity_bytes, found.temperature_celsius) == ("nvme0n1", "PM951", 10, 40.0)
    assert (found.smart_passed, found.percent_used, found.failing) == (True, 3, True)
