"""Windows: the structures of IOCTL_STORAGE_QUERY_PROPERTY and its kin (winioctl.h, ntddstor.h), packed and unpacked.

All of these work on a handle opened without any access right, so that no administrator is needed. Where a driver does
not answer one of them, the others stand.
"""

import dataclasses
import struct
from dataclasses import dataclass

from homeroom_agent.parsers.disk import ata_smart, attributes, nvme
from homeroom_agent.parsers.disk.drive import Drive, DriveType
from homeroom_agent.parsers.disk.names import is_virtual
from homeroom_agent.parsers.disk.temperature import celsius
from homeroom_agent.parsers.placeholders import real_text

IOCTL_QUERY_PROPERTY = 0x2D1400
IOCTL_DRIVE_GEOMETRY_EX = 0x0700A0
IOCTL_PREDICT_FAILURE = 0x2D1100

DEVICE_PROPERTY, SEEK_PENALTY_PROPERTY, PROTOCOL_SPECIFIC_PROPERTY, TEMPERATURE_PROPERTY = 0, 7, 50, 52
_NVME_PROTOCOL, _LOG_PAGE, _SMART_LOG = 3, 2, 2

_QUERY = struct.Struct("<II")
_PROTOCOL_DATA = struct.Struct("<10I")
_DEVICE_DESCRIPTOR = struct.Struct("<IIBB??IIIII")
_SEEK_PENALTY = struct.Struct("<II?")
_TEMPERATURE_HEADER, _TEMPERATURE_INFO = struct.Struct("<IIhhH2x8x"), struct.Struct("<Hh")
_DISK_SIZE_OFFSET = 24  # of DISK_GEOMETRY_EX, after the 24 bytes of DISK_GEOMETRY
_NVME_HEADER = 8  # version and size of STORAGE_PROTOCOL_DATA_DESCRIPTOR
_PREDICTION = struct.Struct("<I")
# STORAGE_BUS_TYPE
_BUSES: dict[int, DriveType] = {17: "nvme", 7: "usb", 13: "emmc", 14: "virtual", 15: "virtual"}
_SECURE_DIGITAL = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the driver answered to each query; empty where it refused."""

    device: bytes = b""
    seek_penalty: bytes = b""
    geometry: bytes = b""
    nvme_log: bytes = b""
    prediction: bytes = b""
    temperature: bytes = b""


def property_query(property_id: int) -> bytes:
    """STORAGE_PROPERTY_QUERY for a standard property."""
    return _QUERY.pack(property_id, 0) + bytes(4)


def nvme_log_query() -> bytes:
    """STORAGE_PROPERTY_QUERY for log page 02h; the answer comes in a buffer of the same length."""
    request = _PROTOCOL_DATA.pack(_NVME_PROTOCOL, _LOG_PAGE, _SMART_LOG, 0, _PROTOCOL_DATA.size, nvme.SIZE, 0, 0, 0, 0)
    return _QUERY.pack(PROTOCOL_SPECIFIC_PROPERTY, 0) + request + bytes(nvme.SIZE)


def nvme_log(answer: bytes) -> bytes | None:
    """The log page inside the answer; None where its length or place are not as asked."""
    if len(answer) < _NVME_HEADER + _PROTOCOL_DATA.size:
        return None
    fields = _PROTOCOL_DATA.unpack_from(answer, _NVME_HEADER)
    start = _NVME_HEADER + fields[4]
    page = answer[start : start + nvme.SIZE]
    return page if fields[5] >= nvme.SIZE and len(page) == nvme.SIZE else None


def drive(name: str, answers: Answers) -> Drive:
    """Everything that the answers tell of one drive."""
    found = _described(name, answers)
    if found.type == "nvme" and (log := nvme_log(answers.nvme_log)) is not None:
        return nvme.drive(log, found)
    found = _with_prediction(found, answers.prediction)
    return found if found.temperature_celsius is not None else _with_temperature(found, answers.temperature)


def _described(name: str, answers: Answers) -> Drive:
    model, serial, bus, removable = _descriptor(answers.device)
    kind: DriveType = "virtual" if is_virtual(model) else _BUSES.get(bus, _by_seek_penalty(answers.seek_penalty))
    return Drive(
        name=name,
        model=model,
        serial_present=serial is not None,
        type=kind,
        capacity_bytes=_capacity(answers.geometry),
        external=removable or kind == "usb" or bus == _SECURE_DIGITAL,
    )


def _descriptor(answer: bytes) -> tuple[str | None, str | None, int, bool]:
    """Model, serial number, bus and whether the medium can be taken out, of STORAGE_DEVICE_DESCRIPTOR."""
    if len(answer) < _DEVICE_DESCRIPTOR.size:
        return None, None, 0, False
    _, _, _, _, removable, _, vendor, product, _, serial, bus = _DEVICE_DESCRIPTOR.unpack_from(answer)
    words = [word for word in (_text(answer, vendor), _text(answer, product)) if word]
    # ATA and NVMe drivers put a bus name or the model's first eight letters where SCSI has the maker.
    model = words[-1] if words and (bus not in (1, 7, 10) or len(words) == 1) else " ".join(words)
    return real_text(model, 80), real_text(_text(answer, serial), 80), bus, removable


def _text(answer: bytes, offset: int) -> str | None:
    if not 0 < offset < len(answer):
        return None
    return answer[offset:].split(b"\x00")[0].decode("latin-1").strip() or None


def _by_seek_penalty(answer: bytes) -> DriveType:
    if len(answer) < _SEEK_PENALTY.size:
        return "unknown"
    return "hdd" if _SEEK_PENALTY.unpack_from(answer)[2] else "ssd"


def _capacity(answer: bytes) -> int | None:
    size = int.from_bytes(answer[_DISK_SIZE_OFFSET : _DISK_SIZE_OFFSET + 8], "little")
    return size if 0 < size < 2**63 else None


def _with_prediction(found: Drive, answer: bytes) -> Drive:
    """STORAGE_PREDICT_FAILURE: the drive's verdict, then ATA's SMART data."""
    if len(answer) < _PREDICTION.size:
        return found
    (predicted,) = _PREDICTION.unpack_from(answer)
    table = ata_smart.attributes(answer[_PREDICTION.size : _PREDICTION.size + ata_smart.SIZE])
    uncorrected = attributes.uncorrected(table) if found.type == "hdd" else 0
    return dataclasses.replace(
        found,
        smart_passed=not predicted,
        reallocated=attributes.reallocated(table),
        pending=attributes.pending(table),
        power_on_hours=attributes.power_on_hours(table),
        temperature_celsius=celsius(attributes.temperature(table)),
        alarms=(f"{uncorrected} uncorrected sectors",) if uncorrected else (),
    )


def _with_temperature(found: Drive, answer: bytes) -> Drive:
    """STORAGE_TEMPERATURE_DATA_DESCRIPTOR: the first sensor is the drive's own; -32768 is no reading."""
    if len(answer) < _TEMPERATURE_HEADER.size + _TEMPERATURE_INFO.size:
        return found
    *_, count = _TEMPERATURE_HEADER.unpack_from(answer)
    _, measured = _TEMPERATURE_INFO.unpack_from(answer, _TEMPERATURE_HEADER.size)
    return dataclasses.replace(found, temperature_celsius=celsius(measured)) if count else found
