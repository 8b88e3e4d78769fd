"""Windows: asking the battery class driver (poclass.h). A pack is named by a tag that changes when it is swapped."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from homeroom_agent.parsers.battery.ioctl import INFORMATION, STATUS, Answer
from homeroom_agent.parsers.values import clean
from homeroom_agent.probes._windows.device import Device, Opener, answer

_QUERY_TAG, _QUERY_INFORMATION, _QUERY_STATUS = 0x294040, 0x294044, 0x29404C
_INFORMATION, _DEVICE_NAME, _MANUFACTURE_NAME, _SERIAL_NUMBER = 0, 4, 6, 8
_TEXT_BYTES = 256
_U32 = struct.Struct("<I")
# BATTERY_QUERY_INFORMATION: tag, level, rate. BATTERY_WAIT_STATUS: tag, timeout, state, low, high.
_INFORMATION_QUERY, _STATUS_QUERY = struct.Struct("<IIi"), struct.Struct("<5I")


def answers(paths: Iterable[str], opener: Opener) -> Iterator[Answer]:
    """Answers of every battery that can be opened and is in its bay."""
    for path in paths:
        try:
            with opener(path) as device:
                found = _ask(device)
        except OSError:
            continue
        if found is not None:
            yield found


def _ask(device: Device) -> Answer | None:
    tag_bytes = answer(device, _QUERY_TAG, _U32.pack(0), _U32.size)
    tag = _U32.unpack(tag_bytes)[0] if len(tag_bytes) == _U32.size else 0
    information = _information(device, tag, _INFORMATION, INFORMATION.size) if tag else b""
    if len(information) < INFORMATION.size:
        return None
    return Answer(
        information=information,
        status=answer(device, _QUERY_STATUS, _STATUS_QUERY.pack(tag, 0, 0, 0, 0), STATUS.size),
        name=_text(device, tag, _DEVICE_NAME),
        manufacturer=_text(device, tag, _MANUFACTURE_NAME),
        serial=_text(device, tag, _SERIAL_NUMBER),
    )


def _information(device: Device, tag: int, level: int, size: int) -> bytes:
    return answer(device, _QUERY_INFORMATION, _INFORMATION_QUERY.pack(tag, level, 0), size)


def _text(device: Device, tag: int, level: int) -> str | None:
    raw = _information(device, tag, level, _TEXT_BYTES)
    return clean(raw.decode("utf-16-le", "replace").split("\x00")[0], 80)
