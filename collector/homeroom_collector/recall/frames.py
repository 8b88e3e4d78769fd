"""Portions as bytes, and what whoever reads them must know: how processes of one collector tell each other.

Both ends are the same program at the same moment, so the form (MessagePack) is nobody else's business and has no
version. Texts that many devices have in common are held once by whoever unpacks.
"""

from __future__ import annotations

from array import array
from typing import Any

import msgspec

from homeroom_collector.fleet.labels import Key
from homeroom_collector.fleet.sheets import Heard, Remark, Sheet
from homeroom_collector.fleet.software import Software
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.logs import LogSettings
from homeroom_collector.problems.ear import Ear
from homeroom_collector.recall.reading import Portion
from homeroom_collector.rules.network_support import ModelSupport
from homeroom_collector.store.by_school import Known, Span
from homeroom_collector.store.devices import device_of
from homeroom_collector.store.latest import Stored

_Facts = tuple[
    str, str, str, str, str | None, str | None, str | None, str | None, str | None, float | None, str
]  # fmt: skip
"""A device as ``store.devices.FACTS`` has it."""

_Heard = tuple[float, float, bool | None, bool, float | None, int]
"""As :class:`Heard`, with the place of the software in its sheet's list."""


class Setup(msgspec.Struct, array_like=True, frozen=True):
    """What to read, and how."""

    url: str
    log: LogSettings
    spans: list[Span]
    shelved: frozenset[str]
    supported: tuple[ModelSupport, ...]
    ear: Ear


class _Sheet(msgspec.Struct, array_like=True, gc=False):
    """A sheet. ``devices`` are places in the portion's list, ``values`` doubles as this machine has them."""

    school_id: str
    names: tuple[tuple[Key, ...] | bool | None, ...]
    devices: list[int]
    heard: list[_Heard]
    softwares: list[Software]
    values: list[bytes]


class _Frame(msgspec.Struct, array_like=True, gc=False):
    """A portion. ``others`` begin with their places in the list of devices."""

    devices: list[tuple[int, _Facts]]
    sheets: list[_Sheet]
    remarks: list[tuple[str, str, float]]
    google: list[tuple[str, str]]
    others: list[tuple[int, Stored]]


_encoder = msgspec.msgpack.Encoder()
_setup: msgspec.msgpack.Decoder[Setup] = msgspec.msgpack.Decoder(Setup)
_frame: msgspec.msgpack.Decoder[_Frame] = msgspec.msgpack.Decoder(_Frame)


def pack_setup(setup: Setup) -> bytes:
    """As bytes, for :func:`unpack_setup`."""
    return _encoder.encode(setup)


def unpack_setup(packed: bytes) -> Setup:
    """What :func:`pack_setup` packed."""
    return _setup.decode(packed)


def pack(portion: Portion, wire: Wire) -> bytes:
    """As bytes, for :func:`unpack`."""
    places = {device.device_id: place for place, (_, device) in enumerate(portion.devices)}
    frame = _Frame(
        [(number, msgspec.structs.astuple(device)[:-1]) for number, device in portion.devices],
        [_packed(sheet, places) for sheet in portion.sheets],
        [(device_id, wire.text(report), at) for device_id, report, at in portion.remarks],
        portion.google,
        [(places[device.device_id], stored) for device, stored in portion.others],
    )
    return _encoder.encode(frame)


def unpack(packed: bytes, wire: Wire, shelved: frozenset[str]) -> Portion:
    """What :func:`pack` packed; ``shelved`` as whoever read the store was told."""
    frame = _frame.decode(packed)
    devices = [(number, device_of(facts, shelved)) for number, facts in frame.devices]
    return Portion(
        devices,
        [_unpacked(sheet, devices) for sheet in frame.sheets],
        [Remark(device_id, wire.report(report), at) for device_id, report, at in frame.remarks],
        frame.google,
        [Known(devices[place][1], stored) for place, stored in frame.others],
    )


def _packed(sheet: Sheet, places: dict[str, int]) -> _Sheet:
    softwares: dict[Software, int] = {}
    heard: Any = [(*facts, softwares.setdefault(software, len(softwares))) for *facts, software in sheet.heard]
    devices = [places[device.device_id] for device in sheet.devices]
    values = [each.tobytes() for each in sheet.values]
    return _Sheet(sheet.school_id, sheet.names, devices, heard, list(softwares), values)


def _unpacked(sheet: _Sheet, devices: list[tuple[int, Any]]) -> Sheet:
    softwares = sheet.softwares
    return Sheet(
        sheet.school_id,
        sheet.names,
        [devices[place][1] for place in sheet.devices],
        [
            Heard(measured_at, received_at, on_campus, by_console, synced_at, softwares[software])
            for measured_at, received_at, on_campus, by_console, synced_at, software in sheet.heard
        ],
        [array("d", each) for each in sheet.values],
    )
