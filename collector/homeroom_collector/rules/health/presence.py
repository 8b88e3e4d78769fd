"""What silence means: computers that are overdue or missing, network gear that is down or that nobody looks at."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom_collector.model import Presence
from homeroom_collector.rules.health.rule import MINUTE, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "device_overdue": Rule(
        severity=Severity.INFO, hours="instructional", lasts_seconds=30 * MINUTE, enabled=False
    ),  # a sick child is no problem
    "device_missing": Rule(severity=Severity.INFO, hours="instructional", lasts_seconds=30 * MINUTE),
    "switch_down": Rule(severity=Severity.CRITICAL, lasts_seconds=30.0),
    "access_point_down": Rule(severity=Severity.WARNING, lasts_seconds=2 * MINUTE),
    "gear_down": Rule(severity=Severity.WARNING, lasts_seconds=MINUTE),
    "endpoint_down": Rule(severity=Severity.INFO, hours="instructional", lasts_seconds=30 * MINUTE),
    "gear_unknown": Rule(severity=Severity.INFO, lasts_seconds=30 * MINUTE, clears_seconds=MINUTE),
}
DOWN_KINDS = ("switch_down", "access_point_down", "gear_down", "endpoint_down")
_SWITCHES = frozenset({"switch", "router", "firewall", "wireless_controller"})
_ENDPOINTS = frozenset({"printer", "camera", "phone", "sensor", "other"})
COMPUTER_KINDS: Mapping[Presence, str] = {Presence.OVERDUE: "device_overdue", Presence.MISSING: "device_missing"}


def down_kind(gear_kind: str) -> str:
    """Kind of the problem that a device of this kind of gear is down. What schools switch off at night is apart."""
    if gear_kind in _SWITCHES:
        return "switch_down"
    if gear_kind == "access_point":
        return "access_point_down"
    return "endpoint_down" if gear_kind in _ENDPOINTS else "gear_down"
