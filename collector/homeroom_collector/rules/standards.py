"""The district's minimum for a device: which rules concern it, and whether it meets each. Pure.

A standard is a set of floors for some grade bands, assignments and platforms. Every standard that concerns a device is
held against it, rule by rule, and every rule gives a reason, also where it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from homeroom_collector.rules import standard_checks as checks
from homeroom_collector.rules.asset import WORKING, Asset, Assignment
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.sharing import Shared
from homeroom_collector.rules.verdict import Reason, Verdict, combined


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Floors, None where there is none. An empty ``grade_bands``, ``assignments`` or ``platforms`` means all.

    Memory counts in GiB and storage in the makers' GB of 10^9 bytes, both as the box says them. ``battery_health`` is
    the least share of the capacity when new, ``disk_wear`` the most of the rated life used. ``supported_days`` asks
    for security updates for that long from today; ``os_versions`` is the least version for each platform.
    """

    name: str
    source: str = ""
    grade_bands: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    platforms: tuple[str, ...] = ()
    memory_gb: float | None = None
    storage_gb: float | None = None
    storage_free_gb: float | None = None
    screen_inches: float | None = None
    screen_pixels: tuple[int, int] | None = None
    battery_health: float | None = None
    disk_wear: float | None = None
    disk_sound: bool = False
    supported_days: int | None = None
    os_versions: dict[str, str] = field(default_factory=dict)
    windows11: bool = False
    wifi_5ghz: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceVerdict:
    """One device held to every standard that concerns it."""

    asset: Asset
    measured: Measured
    verdict: Verdict
    reasons: tuple[Reason, ...]

    def those(self, verdict: Verdict) -> tuple[Reason, ...]:
        """Reasons with one outcome."""
        return tuple(reason for reason in self.reasons if reason.verdict is verdict)


def judge(
    asset: Asset, measured: Measured, standards: Sequence[Standard], today: date, shared: Shared | None = None
) -> DeviceVerdict:
    """Hold one device to the standards. One that nobody counts on, or that no standard concerns, is exempt.

    Reasons that other devices have, too, are those in ``shared``.
    """
    if asset.state not in WORKING:
        reasons = [_exempt("life cycle", asset.state.value, "only devices in use are held to a standard")]
    else:
        reasons = [reason for standard in standards for reason in _held(asset, measured, standard, today)]
        reasons = reasons or [_exempt("standards", _described(asset, measured), "no standard concerns this device")]
    given = tuple(reasons) if shared is None else shared.each(tuple(reasons))
    return DeviceVerdict(asset=asset, measured=measured, verdict=combined(given), reasons=given)


def _exempt(rule: str, measured: str, required: str) -> Reason:
    return Reason(rule=rule, verdict=Verdict.EXEMPT, measured=measured, required=required)


def _described(asset: Asset, measured: Measured) -> str:
    words = (asset.grade_band, asset.assignment, asset.platform or measured.platform)
    return ", ".join(str(word) for word in words if word) or "nothing known"


def _held(asset: Asset, measured: Measured, standard: Standard, today: date) -> Iterator[Reason]:
    concern = concerns(standard, asset, measured)
    if concern is True:
        yield from _checked(asset, measured, standard, today)
    elif concern is not False:
        yield Reason(
            rule=concern,
            verdict=Verdict.UNKNOWN,
            measured="not in the register",
            required=f"decides whether {standard.name} concerns it",
            source=standard.source,
        )


def concerns(standard: Standard, asset: Asset, measured: Measured) -> bool | str:
    """Whether a standard concerns a device; where that cannot be told, the name of the fact that is missing.

    Network gear has neither grade band nor platform, and a standard for some of them is not meant for it.
    """
    missing = ""
    gear = asset.assignment is Assignment.INFRASTRUCTURE
    for name, value, wanted in (
        ("grade band", asset.grade_band, standard.grade_bands),
        ("assignment", asset.assignment, standard.assignments),
        ("platform", asset.platform or measured.platform, standard.platforms),
    ):
        if wanted and value and value not in wanted:
            return False
        if wanted and not value and gear:
            return False
        if wanted and not value:
            missing = missing or name
    return missing or True


def _checked(asset: Asset, measured: Measured, standard: Standard, today: date) -> Iterator[Reason]:
    platform = asset.platform or measured.platform
    found: Iterable[checks.Finding | None] = (
        checks.memory(measured, standard.memory_gb),
        checks.storage(measured, standard.storage_gb),
        checks.storage_free(measured, standard.storage_free_gb),
        checks.screen_size(measured, standard.screen_inches),
        checks.screen_pixels(measured, standard.screen_pixels),
        checks.battery(measured, standard.battery_health),
        checks.disk_wear(measured, standard.disk_wear),
        checks.disk_sound(measured, asked=standard.disk_sound),
        checks.support(support_end(asset, measured), today, _until(today, standard.supported_days)),
        checks.os_version(measured, platform, standard.os_versions),
        checks.windows11(measured, platform, asked=standard.windows11),
        checks.wifi_5ghz(measured, asked=standard.wifi_5ghz),
    )
    for finding in found:
        if finding:
            rule, met, value, required = finding
            verdict = Verdict.UNKNOWN if met is None else Verdict.PASS if met else Verdict.FAIL
            yield Reason(
                rule=rule, verdict=verdict, measured=value, required=required, source=standard.source or standard.name
            )


def _until(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def support_end(asset: Asset, measured: Measured) -> date | None:
    """The last day of security updates: as the device or its console says, else as the register says."""
    return measured.support_end or asset.support_end
