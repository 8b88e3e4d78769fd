"""All that decisions are made from, read from the store in one view: register, schools, what each device measured.

A register entry and a reporting device are one and the same where their serial numbers are. A device that reports but
is not in the register is taken in as its enrolment describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from homeroom_collector.decisions.measured import measured
from homeroom_collector.ingest.joined import measured_at, stored_report
from homeroom_collector.model import Device, School
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.measured import NOTHING, Measured
from homeroom_collector.store import Connection, assets, daily, devices, latest, schools

_PORTION = 2_000
_COUNTED_DAYS = 90
_UNCOUNTED = daily.Counted(days=0, crashes=None, unexpected_shutdowns=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One device: what the register says, what it measured, where it was enrolled, whether the register has it."""

    asset: Asset
    measured: Measured = NOTHING
    device_id: str | None = None
    enrolled_school: str | None = None
    registered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything, devices in the order of their names."""

    schools: tuple[School, ...]
    devices: tuple[Known, ...]


def read(connection: Connection, today: date) -> District:
    """Read the district as it is known now."""
    facts = _measured(connection, today)
    enrolled = [device for device in devices.listed(connection) if device.device_class == "computer"]
    by_serial = {serial_key(device.serial): device for device in enrolled if device.serial}
    known = [_known(asset, by_serial.get(serial_key(asset.serial)), facts) for asset in assets.listed(connection)]
    taken = {each.device_id for each in known}
    known += [_unregistered(device, facts) for device in enrolled if device.device_id not in taken]
    known.sort(key=lambda each: (each.asset.name, each.device_id or ""))
    return District(schools=tuple(schools.listed(connection)), devices=tuple(known))


def serial_key(serial: str | None) -> str:
    """Serial numbers are typed by people into one system and read from firmware by another."""
    return (serial or "").strip().upper()


def _known(asset: Asset, device: Device | None, facts: Mapping[str, Measured]) -> Known:
    if device is None:
        return Known(asset=asset)
    filled = {
        name: getattr(device, name)
        for name in ("school_id", "grade_band", "manufacturer", "model", "platform")
        if not getattr(asset, name) and getattr(device, name)
    }
    found = facts.get(device.device_id, NOTHING)
    return Known(
        asset=replace(asset, **filled), measured=found, device_id=device.device_id, enrolled_school=device.school_id
    )


def _unregistered(device: Device, facts: Mapping[str, Measured]) -> Known:
    asset = Asset(
        asset_tag=None,
        serial=device.serial or device.device_id,
        manufacturer=device.manufacturer,
        model=device.model,
        platform=device.platform,
        school_id=device.school_id,
        grade_band=device.grade_band,
    )
    return Known(
        asset=asset,
        measured=facts.get(device.device_id, NOTHING),
        device_id=device.device_id,
        registered=False,
        enrolled_school=device.school_id,
    )


def _measured(connection: Connection, today: date) -> dict[str, Measured]:
    since = today - timedelta(days=_COUNTED_DAYS)
    counts = daily.counted_since(connection, int(f"{since:%Y%m%d}"))
    found: dict[str, Measured] = {}
    number = -1
    while portion := latest.after(connection, number, most=_PORTION):
        for stored in portion:
            # A section kept from an earlier report may have been measured elsewhere than where the newest came from.
            on_campus = stored.on_campus if stored.report and '"connectivity"' in stored.report else None
            facts = measured(stored_report(stored), measured_at(stored), on_campus=on_campus)
            count = counts.get(stored.device_number, _UNCOUNTED)
            found[stored.device_id] = replace(
                facts,
                counted_days=count.days,
                crashes=count.crashes,
                unexpected_shutdowns=count.unexpected_shutdowns,
            )
        number = portion[-1].device_number
    return found
