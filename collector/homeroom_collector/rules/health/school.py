"""Schools as a whole: dark, cut off, without power. And the district, where many are at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeroom_collector.rules.health.rule import HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Evidence, Severity

RULES: Mapping[str, Rule] = {
    "uplink_down": Rule(severity=Severity.CRITICAL, lasts_seconds=30.0),
    "wifi_down": Rule(severity=Severity.CRITICAL, enter=0.8, lasts_seconds=MINUTE, at_least=2),
    "power_out": Rule(severity=Severity.CRITICAL, lasts_seconds=30.0, at_least=2),
    "school_dark": Rule(
        severity=Severity.CRITICAL, hours="instructional", enter=0.05, leave=0.2, window_seconds=660.0, at_least=10
    ),
    "district_outage": Rule(severity=Severity.CRITICAL, lasts_seconds=30.0, enter=0.5, at_least=3),
}
WHOLE_SCHOOL = ("uplink_down", "power_out", "school_dark")
LOOK_BACK_SECONDS = 2 * HOUR
"""Computers heard within this time are those that should be heard now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """When each computer on campus was last heard, and when instruction began; ``answering``: some gear answers."""

    heard_at: Sequence[float]
    in_session: bool
    session_began: float
    answering: bool


def look(school: Listening, judge: Judge) -> None:
    """Judge the silence of a school's computers. At night it says nothing, beside gear that answers it is no outage."""
    rule = judge.rule("school_dark")
    if rule is None or school.answering or rule.window_seconds is None or rule.enter is None:
        return None
    if not school.in_session:
        return judge.below("school_dark", "heard_ratio", None, "")
    held = judge.held("school_dark")
    since = (judge.at if held is None else held.since) - LOOK_BACK_SECONDS
    expected = [at for at in school.heard_at if at >= since]
    heard = sum(at >= judge.at - rule.window_seconds for at in expected)
    if held is None and judge.at - school.session_began < rule.window_seconds:
        return None  # the first laptops are still being opened
    if len(expected) >= (rule.at_least or 0) or held is not None:
        limit = rule.enter if held is None else rule.leave or rule.enter
        if heard <= limit * len(expected):
            evidence = (
                Evidence(name="computers_heard", measured=heard, rule=round(limit * len(expected), 1)),
                Evidence(name="computers_expected", measured=len(expected), rule=rule.at_least),
            )
            judge.find("school_dark", f"is silent: {heard} of {len(expected)} computers are heard", evidence)
    return None
