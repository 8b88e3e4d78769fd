"""Windows: the battery class driver's IOCTLs. No rights needed (poclass.h, "Battery Information").

BATTERY_INFORMATION is 36 bytes, BATTERY_STATUS 16, little endian. Capacities are milliwatt hours unless
BATTERY_CAPACITY_RELATIVE is set. A UPS on USB shows up in the same class and is told apart by its capabilities.
"""

import struct
from dataclasses import dataclass
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.battery.pack import Pack, charge, cycles, document, idle_state, watt_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean, number, share

FORMAT = "windows-battery-ioctl/1"
INFORMATION = struct.Struct("<IB3x4s6I")
STATUS = struct.Struct("<3Ii")
_SYSTEM_BATTERY, _RELATIVE, _SHORT_TERM = 0x80000000, 0x40000000, 0x20000000
_ON_LINE, _DISCHARGING, _CHARGING = 1, 2, 4
_UNKNOWN = 0xFFFFFFFF
_UNKNOWN_RATE = -0x80000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Raw answers of the driver for one battery; empty bytes where a query failed."""

    information: bytes
    status: bytes = b""
    name: str | None = None
    manufacturer: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    capabilities: int
    design: int | None
    full: int | None
    cycles: int
    now: int | None
    power_state: int | None
    rate_mw: int | None

    @property
    def is_ups(self) -> bool:
        return bool(self.capabilities & _SHORT_TERM) or not self.capabilities & _SYSTEM_BATTERY

    @property
    def unit(self) -> float | None:
        """Milliwatt hours in a watt hour; None where the figures are relative."""
        return None if self.capabilities & _RELATIVE else 1e3


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.ioctl.json`` capture."""
    source = capture.json_object(raw)
    if source.get("format") != FORMAT:
        raise CaptureError(f'not an IOCTL capture: "format" is not "{FORMAT}"')
    listed = source.get("batteries")
    items = [item for item in listed[:16] if isinstance(item, dict)] if isinstance(listed, list) else [source]
    return facts([_answer(item) for item in items])


def facts(answers: list[Answer]) -> dict[str, Any]:
    """The answer of ``parse battery``."""
    decoded = [(answer, _decode(answer)) for answer in answers]
    own = [(answer, values) for answer, values in decoded if not values.is_ups]
    return document(
        [_pack(answer, values) for answer, values in own],
        ac_online=_online([values for _, values in decoded]),
        ups=[_ups(answer, values) for answer, values in decoded if values.is_ups],
    )


def packs(answers: list[Answer]) -> list[Pack]:
    """The machine's own packs."""
    decoded = [(answer, _decode(answer)) for answer in answers]
    return [_pack(answer, values) for answer, values in decoded if not values.is_ups]


def _answer(item: dict[str, Any]) -> Answer:
    query = item.get("IOCTL_BATTERY_QUERY_INFORMATION")
    query = query if isinstance(query, dict) else {}
    return Answer(
        information=_hex(query.get("BatteryInformation_hex")),
        status=_hex(item.get("IOCTL_BATTERY_QUERY_STATUS_hex")),
        name=_utf16(query.get("BatteryDeviceName_utf16le_hex")),
        manufacturer=_utf16(query.get("BatteryManufactureName_utf16le_hex")),
        serial=_utf16(query.get("BatterySerialNumber_utf16le_hex")),
    )


def _hex(value: object) -> bytes:
    if value is None:
        return b""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        raise CaptureError("not an IOCTL capture: a value is not hexadecimal") from None


def _utf16(value: object) -> str | None:
    return clean(_hex(value).decode("utf-16-le", "replace").split("\x00")[0], 80)


def _decode(answer: Answer) -> _Decoded:
    if len(answer.information) < INFORMATION.size:
        raise CaptureError(f"BATTERY_INFORMATION has {len(answer.information)} bytes, not {INFORMATION.size}")
    capabilities, _, _, design, full, _, _, _, count = INFORMATION.unpack_from(answer.information)
    state = now = rate = None
    if len(answer.status) >= STATUS.size:
        state, now, _, rate = STATUS.unpack_from(answer.status)
    return _Decoded(
        capabilities=capabilities,
        design=_known(design) or None,
        full=_known(full),
        cycles=count,
        now=_known(now),
        power_state=state,
        rate_mw=None if rate == _UNKNOWN_RATE else rate,
    )


def _known(value: int | None) -> int | None:
    return None if value == _UNKNOWN else value


def _pack(answer: Answer, values: _Decoded) -> Pack:
    unit = values.unit
    ratio = charge(values.now, values.full, None)
    return Pack(
        name=clean(answer.name, 32) or "battery",
        design_wh=watt_hours(values.design, unit) if unit else None,
        full_wh=watt_hours(values.full, unit) if unit else None,
        stated_health_ratio=number(share(values.full, values.design), 0, 2),
        cycle_count=cycles(values.cycles if values.cycles < 100_000 else None),
        charge_ratio=ratio,
        state=_state(values.power_state, ratio),
        manufacturer=real_text(answer.manufacturer, 80),
        model=real_text(answer.name, 80),
        serial_present=real_text(answer.serial) is not None,
    )


def _ups(answer: Answer, values: _Decoded) -> dict[str, Any]:
    unit = values.unit
    return {
        "name": clean(answer.name, 32),
        "design_capacity_wh": watt_hours(values.design, unit) if unit else None,
        "full_charge_capacity_wh": watt_hours(values.full, unit) if unit else None,
        "cycle_count": cycles(values.cycles),
        "rate": values.rate_mw,
    }


def _state(power_state: int | None, ratio: float | None) -> str:
    if power_state is None:
        return "unknown"
    if power_state & _CHARGING:
        return "charging"
    if power_state & _DISCHARGING:
        return "discharging"
    return idle_state(ratio) if power_state & _ON_LINE else "unknown"


def _online(decoded: list[_Decoded]) -> bool | None:
    states = [values.power_state for values in decoded if values.power_state is not None and not values.is_ups]
    return any(state & _ON_LINE for state in states) if states else None
