"""A register of any size, written straight into a store: enrolling 350,000 devices is not what is measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from homeroom_collector.ingest.clock import Days, Timing
from homeroom_collector.ingest.merge import Arrived, DeviceState, Sampling
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.store import Connection, open_store, secrets
from homeroom_collector.store.latest import Held
from homeroom_collector.store.schema import device_keys, devices, latest, schools

# About 1 kB: what a laptop says every five minutes.
_REPORT = (
    b'{"version":1,"sent_at":%.3f,"source":"agent","agent_version":"0.1.0","sequence":%d,"measured_at":%.3f,'
    b'"lost_reports_total":0,"uptime":{"uptime_seconds":5423.7,"awake_seconds":3120.2,"boots_total":41,'
    b'"unexpected_shutdowns_total":2,"crashes_total":0},"cpu":{"logical_cores":4,"usage_ratio":0.07,"load_ratio":0.21,'
    b'"frequency_hertz":800000000.0},"memory":{"total_bytes":8123456000,"available_bytes":5000000000,'
    b'"swap_total_bytes":0,"swap_used_bytes":0,"pressure_ratio":0.01},"batteries":[{"name":"BAT0",'
    b'"design_capacity_wh":42.0,"full_charge_capacity_wh":34.1,"health_ratio":0.8119,"cycle_count":312,'
    b'"charge_ratio":0.83,"state":"discharging"}],"links":[{"name":"wlan0","type":"wifi","up":true,"active":true,'
    b'"wifi_signal_dbm":-58.0,"receive_bytes":123456789,"transmit_bytes":9876543,"receive_errors":0,'
    b'"transmit_errors":0,"receive_drops":4,"transmit_drops":0}],"temperatures":[{"name":"cpu","celsius":47.0}],'
    b'"connectivity":{"latency_seconds":0.012,"loss_ratio":0.0,"dns_seconds":0.003,"metered":false}}'
)

# What it says beside that at first, and then only where it changed: kept beside every later report.
_SLOW_SECTIONS = (
    b',"identity":{"platform":"linux","manufacturer":"Example","model":"Classbook 14","serial":"SER00000001",'
    b'"form_factor":"laptop","bios_version":"1.21.0","bios_date":"2024-03-12"},"os":{"name":"Debian GNU/Linux",'
    b'"version":"12","build":"6.1.0-28-amd64","pending_reboot":false,"last_update_at":1763000000.0},'
    b'"filesystems":[{"mount":"/","filesystem":"ext4","size_bytes":62725623808,"free_bytes":40322994176}],'
    b'"disks":[{"name":"nvme0n1","model":"KBG40ZNS128G","type":"nvme","capacity_bytes":128035676160,'
    b'"smart_passed":true,"wear_ratio":0.07,"available_spare_ratio":1.0,"media_errors_total":0,'
    b'"power_on_seconds":14400000.0,"temperature_celsius":38.0,"failing":false}],"display":{"width_pixels":1366,'
    b'"height_pixels":768,"diagonal_inches":13.9}}'
)

SCHOOLS = 1_700
_AT_ONCE = 5_000


def _secret(index: int) -> str:
    return f"{index:043d}"


def key_of(index: int) -> str:
    """The key of the device with this index."""
    return f"hrk{index:016x}.{_secret(index)}"


def report_at(at: float, sequence: int = 1) -> bytes:
    """What a laptop says, measured and sent at this Unix time."""
    return _REPORT % (at, sequence, at)


def _chunks(count: int) -> Iterator[range]:
    for start in range(0, count, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, count))


async def register(url: str, count: int, *, reported: bool = False) -> None:
    """Write schools, devices and their keys, and what a laptop last said of each if ``reported``."""
    async with open_store(url) as store:
        schools_there = [_school(index) for index in range(min(count, SCHOOLS))]
        await store.write(lambda connection: connection.execute(schools.insert(), schools_there))
        for chunk in _chunks(count):
            await store.write(partial(_write, chunk, reported))


def _write(chunk: range, reported: bool, connection: Connection) -> None:
    connection.execute(devices.insert(), [_device(index) for index in chunk])
    connection.execute(device_keys.insert(), [_key(index) for index in chunk])
    said = _said() if reported else {"seen": "", "sections": ""}
    connection.execute(latest.insert(), [{"device_number": index + 1} | said for index in chunk])


def _said() -> dict[str, object]:
    """The row of a device that said everything at first, and then what changes all the time."""
    held = Held(0, "", None, "", None, None)
    state = DeviceState(held, None, Sampling(keep_seconds=172_800.0, gear_every_seconds=300.0))
    now = time.time()
    everything = report_at(now - 600.0, sequence=0).removesuffix(b"}") + _SLOW_SECTIONS
    for at, report in ((now - 600.0, everything), (now - 300.0, report_at(now - 300.0))):
        decoded = Wire().batch(b'{"reports":[%b]}' % report, 1)[0][0]
        state.take(Arrived(decoded.report, decoded.raw, Timing(at, 0.0), at), Days().of(at))
    row = state.row()._asdict()
    del row["device_number"]
    return row | {"recent": row.pop("more_recent")}


def _school(index: int) -> dict[str, object]:
    return {"school_id": f"school-{index}", "name": f"School {index}", "level": "other", "grades": "", "networks": "[]"}


def _device(index: int) -> dict[str, object]:
    return {
        "number": index + 1,
        "device_id": f"dev-{index:020x}",
        "device_class": "computer",
        "school_id": f"school-{index % SCHOOLS}",
        "grade_band": "6-8",
        "serial": f"SER{index:08d}",
        "manufacturer": "Example",
        "model": "Classbook 14",
        "platform": "linux",
        "enrolled_at": 1_760_000_000.0,
    }


def _key(index: int) -> dict[str, object]:
    return {
        "key_id": f"hrk{index:016x}",
        "device_number": index + 1,
        "secret_sha256": secrets.digest_of(_secret(index)),
        "created_at": time.time(),
    }
