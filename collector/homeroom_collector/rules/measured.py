"""What a computer measured of itself, as far as decisions need it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Gear:
    """What network gear showed when it last answered; None where it has, or says, none.

    ``ports`` are its Ethernet ports. ``poe_ratio`` is the share of its power over Ethernet in use, of the fullest
    group. ``port_errors_daily`` are the errors of the worst port, ``worst_port``, a day since it started.
    """

    kind: str = "other"
    ports: int | None = None
    ports_up: int | None = None
    clients: int | None = None
    access_points: int | None = None
    poe_ratio: float | None = None
    port_errors_daily: float | None = None
    worst_port: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Facts of the latest report; None is unknown. ``gear`` is of network gear only.

    ``memory_installed_bytes`` is what is fitted, ``memory_visible_bytes`` what the system sees of it. ``batteries``
    is how many there are (0: none); ``battery_health_ratio`` is of the weakest. ``disk_wear_ratio`` is of the most
    worn. ``crashes`` and ``unexpected_shutdowns`` are counted over ``counted_days``; ``repairs`` by the register,
    over a year. ``wifi_bands`` are those the device was seen on, which says what it can do, never what it cannot.
    ``download_bps`` was measured ``away`` from school or in it; where away is, nobody knows.
    """

    measured_on: date | None = None
    platform: str | None = None
    form_factor: str | None = None
    os_name: str | None = None
    os_version: str | None = None
    support_end: date | None = None
    memory_installed_bytes: int | None = None
    memory_visible_bytes: int | None = None
    memory_pressure_ratio: float | None = None
    storage_bytes: int | None = None
    storage_free_bytes: int | None = None
    screen_inches: float | None = None
    screen_pixels: tuple[int, int] | None = None
    batteries: int | None = None
    battery_health_ratio: float | None = None
    battery_service: bool | None = None
    disk_wear_ratio: float | None = None
    disk_failing: bool | None = None
    crashes: int | None = None
    unexpected_shutdowns: int | None = None
    counted_days: int = 0
    repairs: int = 0
    windows11_ready: bool | None = None
    windows11_reasons: tuple[str, ...] = ()
    wifi_bands: frozenset[str] = frozenset()
    away: bool | None = None
    download_bps: float | None = None
    gear: Gear | None = None


NOTHING = Measured()
"""Of a device that never reported."""
