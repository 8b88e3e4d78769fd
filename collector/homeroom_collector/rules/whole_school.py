"""Whole schools cut off or without power, and many of them at once: causes that no single device tells. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from homeroom_collector.model import Presence
from homeroom_collector.rules.health.rule import Finding, Rule, Rules
from homeroom_collector.rules.health.school import WHOLE_SCHOOL
from homeroom_collector.rules.problem import Evidence
from homeroom_collector.rules.root_cause import DISTRICT, POLL_APART_SECONDS, Place, heads


def uplink_down(school: str, places: Sequence[Place], now: float) -> Finding | None:
    """All gear of a school is silent, beginning with what is nearest to the uplink.

    Where the cabling is known, the nearest device is enough, as long as nothing behind it has answered since. Where it
    is not, somebody else must have been asked too.
    """
    nearest = heads(places)
    silent = [place for place in nearest if place.state == Presence.DOWN and place.silent_since is not None]
    if not silent or any(place.state == Presence.UNREACHABLE for place in nearest):
        return None  # a cut further up explains it better
    since = min(place.silent_since for place in silent if place.silent_since is not None)
    if any(_answered(place, since) for place in places):
        return None
    behind = [place for place in places if place.parent is not None]
    asked = [place for place in places if place.state != Presence.UP and (place.polled_at or 0.0) >= since]
    if len(nearest) > 1 and len(asked) < 2 and not behind:
        return None
    names = ", ".join(sorted(place.device_id for place in silent)[:3])
    evidence = (
        Evidence(name="silent_devices", measured=len(asked), rule=len(places)),
        Evidence(name="nearest_to_the_uplink", measured=names),
    )
    return Finding(
        kind="uplink_down", name=school, says="is cut off: none of its network gear answers", evidence=evidence,
        since=since, at=now,
    )  # fmt: skip


def _answered(place: Place, since: float) -> bool:
    return place.state == Presence.UP and place.polled_at is not None and place.polled_at > since


def power_out(school: str, places: Sequence[Place], findings: Sequence[Finding], rule: Rule | None) -> Finding | None:
    """Every UPS of a school runs on battery, and there are several, or other gear fell silent with them."""
    supplies = {place.device_id for place in places if place.kind == "ups"}
    on_battery = [each for each in findings if each.kind == "ups_on_battery" and each.name in supplies]
    if rule is None or not on_battery or len(on_battery) < len(supplies):
        return None
    since = min(each.since for each in on_battery)
    dark = [place for place in places if place.device_id not in supplies and _fell_silent(place, since)]
    if len(on_battery) + len(dark) < (rule.at_least or 0):
        return None
    evidence = (
        Evidence(name="ups_on_battery", measured=len(on_battery), rule=len(supplies)),
        Evidence(name="silent_devices", measured=len(dark), rule=rule.at_least),
    )
    return Finding(
        kind="power_out", name=school, says="has no mains: every UPS runs on battery", evidence=evidence, since=since,
        at=max(each.at for each in on_battery),
    )  # fmt: skip


def _fell_silent(place: Place, since: float) -> bool:
    """Whether a device is down by itself since about then."""
    silent = place.state == Presence.DOWN and place.silent_since is not None
    return silent and (place.silent_since or 0.0) >= since - POLL_APART_SECONDS


def wifi_down(school: str, places: Sequence[Place], rule: Rule | None, now: float) -> Finding | None:
    """Nearly all access points of a school fell silent together, while what they hang from answers."""
    points = [place for place in places if place.kind == "access_point" and place.state != Presence.UNKNOWN]
    down = sorted(place.silent_since for place in points if place.state == Presence.DOWN and place.silent_since)
    together = [at for at in down if at <= down[0] + POLL_APART_SECONDS]
    if rule is None or len(together) < (rule.at_least or 0) or len(together) < (rule.enter or 0.0) * len(points):
        return None
    evidence = (Evidence(name="access_points_silent", measured=len(together), rule=len(points)),)
    says = f"has no Wi-Fi: {len(together)} of {len(points)} access points are silent"
    return Finding(kind="wifi_down", name=school, says=says, evidence=evidence, since=down[0], at=now)


def district_outage(findings: Sequence[Finding], schools: int, rule: Rule | None, now: float) -> Finding | None:
    """So many schools at once that it is not the schools: a core, a provider, or the collector's own line."""
    struck = {each.name: each.since for each in findings if each.kind in WHOLE_SCHOOL and each.holds}
    if rule is None or len(struck) < (rule.at_least or 0) or len(struck) < (rule.enter or 0.0) * schools:
        return None
    evidence = (Evidence(name="schools", measured=len(struck), rule=schools),)
    says = f"is struck as a whole: {len(struck)} of {schools} schools are cut off or dark"
    since = min(struck.values())
    return Finding(kind="district_outage", name=DISTRICT, says=says, evidence=evidence, since=since, at=now)


def of_schools(
    places: Mapping[str, Sequence[Place]],
    findings: Mapping[str, Sequence[Finding]],
    rules: Mapping[str, Rules],
    now: float,
) -> Iterator[Finding]:
    """Causes of each school that has gear, by its gear and by the findings about its UPSes."""
    for school, mine in places.items():
        if "uplink_down" in rules[school] and (found := uplink_down(school, mine, now)):
            yield found
        if found := wifi_down(school, mine, rules[school].get("wifi_down"), now):
            yield found
        if found := power_out(school, mine, findings.get(school, ()), rules[school].get("power_out")):
            yield found
