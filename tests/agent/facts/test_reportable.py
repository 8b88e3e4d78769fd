"""Whatever a system says, what the probes make of it fits the wire format."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agent.facts.samples import Sample, parameters

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.battery import sysfs as battery_sysfs
from homeroom_agent.parsers.disk import sysfs as disk_sysfs
from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.parsers.dmi import sysfs as dmi_sysfs
from homeroom_agent.parsers.network import sysfs as network_sysfs
from homeroom_agent.parsers.thermal import sysfs as thermal_sysfs
from homeroom_agent.parsers.tree import CapturedTree
from homeroom_agent.probes import batteries, disks, identity, links, temperatures
from homeroom_agent.report import Report, encode

VALUES = [
    "",
    "0",
    "-1",
    "1",
    "9" * 40,
    "x" * 3000,
    "\x00\x01",
    "é" * 300,
    "4294967295",
    "-99999999",
    "nan",
    "Battery",
    "Device",
]
FILES = {
    "sys/class/power_supply/BAT0": "type present status capacity energy_full energy_full_design energy_now charge_full "
    "charge_full_design charge_now cycle_count voltage_min_design manufacturer model_name serial_number temp scope",
    "sys/block/sda": "size removable device/model device/type device/serial device/life_time queue/rotational",
    "sys/block/mmcblk0": "size device/name device/type device/life_time device/pre_eol_info",
    "sys/class/dmi/id": "sys_vendor product_name product_version product_serial chassis_type bios_date bios_version",
    "sys/class/hwmon/hwmon0": "name temp1_input temp1_label temp1_crit temp2_input fan1_input fan1_label",
    "sys/class/thermal/thermal_zone0": "type temp mode",
    "sys/class/net/eth0": "type operstate carrier speed duplex device/uevent statistics/rx_bytes statistics/tx_errors",
}
PATHS = [f"{directory}/{name}" for directory, names in FILES.items() for name in names.split()]


def sent(tree: CapturedTree) -> bytes:
    """A report with everything that the Linux probes make of the tree."""
    sensors = thermal_sysfs.sensors(tree)
    sections: dict[str, Any] = {
        "batteries": [batteries.row(pack) for pack in battery_sysfs.packs(tree)],
        "identity": identity.row(dmi_sysfs.machine(tree), "linux"),
        **disks.facts(disk_sysfs.drives(tree), "r").sections,
        **links.facts(network_sysfs.links(tree), {}, 0.0).sections,
        **temperatures.facts(sensors, thermal_sysfs.cpu_celsius(sensors), thermal_sysfs.fans(tree)).sections,
    }
    return encode(Report(source="agent", sequence=1, measured_at=1.0, **sections))


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_file_of_sysfs_can_make_a_report_that_is_refused(seed: int):
    rng = random.Random(seed)
    numbers = [str(rng.randint(-(10**12), 10**14)), f"0x{rng.randrange(256):02x} 0x{rng.randrange(16):02x}"]
    files = {path: rng.choice(VALUES + numbers) for path in PATHS if rng.random() < 0.9}
    sent(CapturedTree({"files": files, "errors": {rng.choice(PATHS): "EIO"}}))


@pytest.mark.parametrize("sample", parameters(lambda sample: sample.path.name.endswith(".sysfs.json")))
def test_a_capture_makes_a_report_that_can_be_sent(sample: Sample):
    sent(CapturedTree(json.loads(sample.path.read_bytes())))


@settings(max_examples=200, deadline=None)
@given(log=st.binary(min_size=512, max_size=512))
def test_no_log_of_a_drive_can_make_a_report_that_is_refused(log: bytes):
    from homeroom_agent.parsers.disk import nvme

    drive = nvme.drive(log, Drive(name="disk0", type="nvme"))
    encode(Report(source="agent", sequence=1, measured_at=1.0, **disks.facts([drive], "r").sections))


@settings(max_examples=300, deadline=None)
@given(
    information=st.binary(max_size=40),
    status=st.binary(max_size=20),
    name=st.text(max_size=300),
    maker=st.text(max_size=300),
)
def test_no_battery_driver_can_make_a_report_that_is_refused(information: bytes, status: bytes, name: str, maker: str):
    from homeroom_agent.parsers.battery import ioctl

    try:
        packs = ioctl.packs([ioctl.Answer(information=information, status=status, name=name, manufacturer=maker)])
    except CaptureError:
        return
    rows = [batteries.row(pack) for pack in packs]
    encode(Report(source="agent", sequence=1, measured_at=1.0, batteries=rows))
