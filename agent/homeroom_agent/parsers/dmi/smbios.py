"""The firmware's own table (SMBIOS 3.7, DSP0134), which Windows gives to everyone and Linux to root.

Windows puts an eight-byte header of its own before it (GetSystemFirmwareTable "RSMB"). A structure is its formatted
part, then its strings, each closed by NUL, the set closed by one more.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.dmi.machine import Machine, document, form_factor, friendly, is_virtual, iso_date
from homeroom_agent.parsers.placeholders import real_text

_RAW_HEADER = struct.Struct("<4BI")
_BIOS, _SYSTEM, _CHASSIS, _MEMORY_DEVICE, _END = 0, 1, 3, 17, 127
_MOST_STRUCTURES = 4096
# Size of a memory device: 0 empty slot, FFFFh unknown, 7FFFh "see the extended size"; the top bit means KiB.
_UNKNOWN, _EXTENDED, _IN_KIB = 0xFFFF, 0x7FFF, 0x8000


@dataclass(frozen=True, slots=True)
class Structure:
    """One structure: ``data`` is its formatted part, header included."""

    type: int
    data: bytes
    strings: tuple[str, ...]

    def text(self, offset: int) -> str | None:
        """The string whose number stands at the offset; None where it has none or a placeholder."""
        number = self.byte(offset) or 0
        return real_text(self.strings[number - 1], 120) if 0 < number <= len(self.strings) else None

    def byte(self, offset: int) -> int | None:
        """The byte at the offset; None where the structure is of an older, shorter version."""
        return self.data[offset] if offset < len(self.data) else None


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.smbios.bin`` capture: GetSystemFirmwareTable's answer, or ``/sys/firmware/dmi/tables/DMI``."""
    found = list(structures(raw))
    return document(machine(found)) | {"ram_bytes": installed_bytes(found)}


def machine(table: list[Structure]) -> Machine:
    """Identity out of the first structure of each type."""
    empty = Structure(_END, b"", ())
    bios, system, chassis = (next((s for s in table if s.type == t), empty) for t in (_BIOS, _SYSTEM, _CHASSIS))
    maker, model = system.text(0x04), system.text(0x05)
    virtual = is_virtual(maker, model, bios.text(0x04))
    return Machine(
        manufacturer=maker,
        model=model,
        model_friendly=friendly(maker, model, system.text(0x06), system.text(0x1A)),
        serial=system.text(0x07),
        asset_tag=chassis.text(0x08),
        form_factor="vm" if virtual else form_factor(chassis.byte(0x05)),
        is_virtual=virtual,
        bios_version=bios.text(0x05),
        bios_date=iso_date(bios.text(0x08)),
    )


def installed_bytes(table: list[Structure]) -> int | None:
    """Memory modules together; None where no module gives its size."""
    sizes = [size for structure in table if structure.type == _MEMORY_DEVICE if (size := _module_bytes(structure))]
    return sum(sizes) if sizes else None


def structures(raw: bytes) -> Iterator[Structure]:
    """Walk the table. Raises CaptureError where it is none; a damaged tail ends the walk."""
    table = _table(raw)
    offset = 0
    for _ in range(_MOST_STRUCTURES):
        if offset + 4 > len(table) or table[offset + 1] < 4:
            return
        kind, length = table[offset], table[offset + 1]
        end = table.find(b"\x00\x00", offset + length)
        if end < 0:
            return
        strings = table[offset + length : end].split(b"\x00") if end > offset + length else []
        yield Structure(kind, table[offset : offset + length], tuple(_decoded(text) for text in strings))
        if kind == _END:
            return
        offset = end + 2


def _table(raw: bytes) -> bytes:
    if len(raw) > _RAW_HEADER.size:
        _, major, _, _, length = _RAW_HEADER.unpack_from(raw)
        if length == len(raw) - _RAW_HEADER.size and 2 <= major <= 3:
            return raw[_RAW_HEADER.size :]
    if len(raw) < 6 or raw[0] > _END or raw[1] < 4:
        raise CaptureError("not an SMBIOS table")
    return raw


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _module_bytes(structure: Structure) -> int:
    if len(structure.data) < 0x0E:
        return 0
    (size,) = struct.unpack_from("<H", structure.data, 0x0C)
    if size in (0, _UNKNOWN):
        return 0
    if size == _EXTENDED and len(structure.data) >= 0x20:
        (size,) = struct.unpack_from("<I", structure.data, 0x1C)
        return (int(size) & 0x7FFFFFFF) << 20
    return (size & ~_IN_KIB) << 10 if size & _IN_KIB else int(size) << 20
