"""Windows: the conversations with battery and disk drivers; only the raw call is pretended."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from homeroom_agent.parsers.battery import ioctl
from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.probes import disks
from homeroom_agent.probes._windows import batteries, storage


class Driver:
    """A device driver with answers by control code, and by level or property where a code asks several questions."""

    def __init__(self, answers: dict[tuple[int, int], bytes]) -> None:
        self.answers = answers
        self.asked: list[tuple[int, bytes, int]] = []

    def control(self, code: int, query: bytes, size: int) -> bytes:
        self.asked.append((code, query, size))
        place = {0x294044: 4, 0x2D1400: 0}.get(code)  # where the level or the property stands in the question
        which = 0 if place is None else struct.unpack_from("<I", query, place)[0]
        if (code, which) not in self.answers:
            raise OSError(1, "Incorrect function")
        return self.answers[code, which][:size]


def opening(devices: dict[str, Driver]) -> Any:
    @contextmanager
    def opened(path: str) -> Iterator[Driver]:
        if path not in devices:
            raise FileNotFoundError(2, "no such device", path)
        yield devices[path]

    return opened


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\x00\x00"


BATTERY = {
    (0x294040, 0): struct.pack("<I", 7),
    (0x294044, 0): struct.pack("<IB3x4s6I", 0x80000000, 1, b"LiP\0", 50_000, 40_000, 0, 0, 0, 12),
    (0x294044, 4): utf16("DELL Y86WG26"),
    (0x294044, 6): utf16("SMP"),
    (0x29404C, 0): struct.pack("<3Ii", 2, 20_000, 11_400, -9000),
}


def test_a_battery_is_asked_by_its_tag_and_lacks_only_what_it_refuses():
    driver = Driver(BATTERY)
    (pack,) = ioctl.packs(list(batteries.answers(["BAT"], opening({"BAT": driver}))))
    assert (pack.name, pack.manufacturer, pack.health_ratio, pack.state) == ("DELL Y86WG26", "SMP", 0.8, "discharging")
    assert pack.serial_present is False
    assert all(struct.unpack_from("<I", query)[0] == 7 for code, query, _ in driver.asked if code != 0x294040)


def test_a_battery_taken_out_while_being_asked_costs_only_itself():
    without_tag = Driver({(0x294040, 0): struct.pack("<I", 0)})
    found = batteries.answers(["GONE", "EMPTY", "BAT"], opening({"EMPTY": without_tag, "BAT": Driver(BATTERY)}))
    assert len(list(found)) == 1


def descriptor(bus: int, vendor: str, product: str, serial: str, *, removable: bool = False) -> bytes:
    texts = [text.encode() + b"\x00" for text in (vendor, product, serial)]
    offsets = [40, 40 + len(texts[0]), 40 + len(texts[0]) + len(texts[1])]
    head = struct.pack("<IIBB??IIIIII", 40, 0, 0, 0, removable, True, *offsets[:2], 0, offsets[2], bus, 0)
    return head + bytes(40 - len(head)) + b"".join(texts)


def nvme_answer() -> bytes:
    log = bytearray(512)
    struct.pack_into("<BHBBB", log, 0, 0, 315, 97, 10, 12)
    log[128:144] = (900).to_bytes(16, "little")
    return struct.pack("<II", 48, 48) + struct.pack("<10I", 3, 2, 2, 0, 40, 512, 0, 0, 0, 0) + bytes(log)


GEOMETRY = bytes(24) + struct.pack("<Q", 256_060_514_304)


def drive(answers: dict[tuple[int, int], bytes]) -> Drive:
    (found,) = storage.drives(opening({r"\\.\PhysicalDrive1": Driver(answers)}))
    return found


def test_an_nvme_drive_tells_its_log_without_rights():
    about = descriptor(17, "NVMe    ", "PC300 NVMe SK hynix 512GB", "EJ7")
    found = drive({(0x2D1400, 0): about, (0x2D1400, 50): nvme_answer(), (0x0700A0, 0): GEOMETRY})
    assert (found.name, found.model, found.type) == ("disk1", "PC300 NVMe SK hynix 512GB", "nvme")
    assert (found.serial_present, found.capacity_bytes) == (True, 256_060_514_304)
    assert (found.percent_used, found.temperature_celsius, found.power_on_hours) == (12, 42.0, 900)


def prediction(failing: int, **raw: int) -> bytes:
    data = bytearray(512)
    for place, (name, count) in enumerate(raw.items()):
        struct.pack_into("<BHBB6s", data, 2 + place * 12, int(name[1:]), 1, 100, 100, count.to_bytes(6, "little"))
    return struct.pack("<I", failing) + bytes(data)


def test_a_sata_disk_tells_its_attributes_with_the_prediction():
    hours = 0x97EA_0000_0000 | 2725
    answers = {
        (0x2D1400, 0): descriptor(11, "", "ST1000LM035-1RK172", "WL1"),
        (0x2D1400, 7): struct.pack("<II?", 12, 12, True),
        (0x2D1100, 0): prediction(0, a5=8, a9=hours, a194=0x1C_0015_0025, a197=2),
    }
    found = drive(answers)
    assert (found.type, found.smart_passed, found.reallocated, found.pending) == ("hdd", True, 8, 2)
    assert (found.power_on_hours, found.temperature_celsius, found.failing) == (2725, 37.0, True)


def test_a_driver_that_refuses_everything_still_has_a_name():
    found = drive({})
    assert (found.name, found.type, found.smart_passed, found.capacity_bytes, found.failing) == (
        "disk1",
        "unknown",
        None,
        None,
        None,
    )


def test_a_usb_disk_is_external_and_not_reported():
    found = drive({(0x2D1400, 0): descriptor(7, "SanDisk", "Ultra", "4C53", removable=True)})
    assert (found.type, found.external, found.model) == ("usb", True, "SanDisk Ultra")
    assert disks.facts([found], "reason").sections["disks"] == []


def test_a_temperature_comes_from_its_own_property_where_nothing_else_tells_it():
    temperature = struct.pack("<IIhhH2x8x", 40, 40, 100, 90, 1) + struct.pack("<Hh12x", 0, 41)
    assert drive({(0x2D1400, 52): temperature}).temperature_celsius == 41.0
