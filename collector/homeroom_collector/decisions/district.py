"""All that decisions are made from: register, schools, what each device measured, and what was noted over time.

A register entry and a reporting device are one and the same where their serial numbers are. A device that reports, or
answers as network gear, and is not in the register is taken in as its enrolment describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from homeroom_collector.decisions.gear import SeenGear, serial_key
from homeroom_collector.model import Device, School
from homeroom_collector.rules.asset import Asset, Assignment
from homeroom_collector.rules.enrollment import Count
from homeroom_collector.rules.measured import NOTHING, Measured
from homeroom_collector.rules.network_support import ModelSupport, support_of
from homeroom_collector.rules.repairs import Repair
from homeroom_collector.rules.trend import Past

_CHROMEOS = "chromeos"
_INFRASTRUCTURE = frozenset({"switch", "access_point", "wireless_controller", "firewall", "router", "ups"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One device: what the register says, what it measured, where it was enrolled, whether the register has it.

    ``managed`` is whether the management console still has it, None where the console never listed it.
    """

    asset: Asset
    measured: Measured = NOTHING
    device_id: str | None = None
    enrolled_school: str | None = None
    registered: bool = True
    managed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the collector itself knows: enrolled computers, and what those and network gear said last, by device id."""

    devices: Sequence[Device]
    computers: Mapping[str, Measured]
    gear: Mapping[str, SeenGear]
    managed: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """By school: what lessons carry over its line in bit/s, and the share of polls that its network gear answered."""

    busy_bps: Mapping[str, float] = field(default_factory=dict)
    gear_up_ratio: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything, devices in the order of their names. ``repairs`` are by the name of a device in the register."""

    schools: tuple[School, ...]
    devices: tuple[Known, ...]
    enrollment: tuple[Count, ...] = ()
    repairs: Mapping[str, tuple[Repair, ...]] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    past_gaps: tuple[Past, ...] = ()

    @property
    def has_console(self) -> bool:
        """Whether a management console was ever read."""
        return any(each.managed is not None for each in self.devices)


def joined(register: Iterable[Asset], heard: Heard, supported: Sequence[ModelSupport]) -> tuple[Known, ...]:
    """The register and what was heard, as one list of devices in the order of their names."""
    joiner = _Joiner(heard, supported)
    known = [joiner.known(asset) for asset in register]
    taken = {each.device_id for each in known}
    known += [joiner.unregistered(device) for device in heard.devices if joiner.is_news(device, taken)]
    return tuple(sorted(known, key=lambda each: (each.asset.name, each.device_id or "")))


class _Joiner:
    """Finds the device that an asset is."""

    def __init__(self, heard: Heard, supported: Sequence[ModelSupport]) -> None:
        self._heard, self._supported = heard, supported
        self._device = {device.device_id: device for device in heard.devices}
        self._by_serial = {serial_key(each.serial): each.device_id for each in heard.devices if each.serial}
        for device_id, gear in heard.gear.items():
            self._by_serial |= dict.fromkeys(gear.serials, device_id)

    def known(self, asset: Asset) -> Known:
        """An asset, with what its device measured."""
        device = self._device.get(self._by_serial.get(serial_key(asset.serial), ""))
        if device is None:
            return Known(asset=asset, measured=self._dated(asset, NOTHING, None))
        filled = {
            name: getattr(device, name)
            for name in ("school_id", "grade_band", "manufacturer", "model", "platform")
            if not getattr(asset, name) and getattr(device, name)
        }
        return Known(
            asset=replace(asset, **filled),
            measured=self._measured(asset, device),
            device_id=device.device_id,
            enrolled_school=device.school_id,
            managed=self._heard.managed.get(device.device_id),
        )

    def is_news(self, device: Device, taken: set[str | None]) -> bool:
        """Whether a device is one that the register should have and has not."""
        if device.device_id in taken:
            return False
        gear = self._heard.gear.get(device.device_id)
        kind = gear.measured.gear.kind if gear and gear.measured.gear else None
        return device.device_class == "computer" or kind in _INFRASTRUCTURE

    def unregistered(self, device: Device) -> Known:
        """A device that the register does not have, as its enrolment describes it."""
        gear = self._heard.gear.get(device.device_id)
        serial = device.serial or (min(gear.serials, default=None) if gear else None)
        asset = Asset(
            asset_tag=None,
            serial=serial or device.device_id,
            manufacturer=device.manufacturer or (gear.vendor if gear else None),
            model=device.model or (gear.model if gear else None),
            platform=device.platform,
            school_id=device.school_id,
            grade_band=device.grade_band,
            assignment=Assignment.INFRASTRUCTURE if device.device_class == "network" else None,
        )
        return Known(
            asset=asset,
            measured=self._measured(asset, device),
            device_id=device.device_id,
            enrolled_school=device.school_id,
            registered=False,
            managed=self._heard.managed.get(device.device_id),
        )

    def _measured(self, asset: Asset, device: Device) -> Measured:
        gear = self._heard.gear.get(device.device_id)
        if gear is None:
            measured = self._heard.computers.get(device.device_id, NOTHING)
            return self._updated_until(asset, measured, device) if device.platform == _CHROMEOS else measured
        return self._dated(asset, gear.measured, gear)

    def _updated_until(self, asset: Asset, measured: Measured, device: Device) -> Measured:
        """A Chromebook with the end of its model's updates, where neither Google nor the register says one."""
        if measured.support_end is not None or asset.support_end is not None:
            return measured
        found = support_of(device.manufacturer, device.model or asset.model, self._supported)
        return measured if found is None else replace(measured, support_end=found.support_end)

    def _dated(self, asset: Asset, measured: Measured, gear: SeenGear | None) -> Measured:
        """Network gear with the end of its maker's support, where the register does not know one."""
        if asset.assignment is not Assignment.INFRASTRUCTURE or asset.support_end is not None:
            return measured
        vendor = asset.manufacturer or (gear.vendor if gear else None)
        found = support_of(vendor, asset.model or (gear.model if gear else None), self._supported)
        return measured if found is None else replace(measured, support_end=found.support_end)
