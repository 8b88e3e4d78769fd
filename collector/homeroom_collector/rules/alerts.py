"""Alerts of another program as incidents: which belong together, how they are called, what is told of them. Pure.

Labels decide: ``school``, ``incident`` (the kind), ``subject`` (which thing, where one ticket for each is wanted),
``severity``, ``device``. The groups and keys of Alertmanager do not: they change when its routes do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from homeroom_collector.rules.incident import MOST_MEMBERS, SEVERITIES, WHOLE, Incident, Severity, plain
from homeroom_collector.rules.maintenance import Window, under_maintenance
from homeroom_collector.rules.problem import key_of, subject_of

SOURCE = "alertmanager"
BLIND = "alerting_blind"
WATCHDOG = "Watchdog"
_ABSENCES = 2
_STRANGE = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST_KIND = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as last heard of. ``quiet``: silenced. ``inhibited``: another alert explains it.

    ``released_at`` is since when (Unix seconds) no other explains it any more; None where none ever did.
    ``absences`` counts the looks in a row that did not show it.
    """

    fingerprint: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    firing: bool
    started_at: float
    quiet: bool = False
    inhibited: bool = False
    released_at: float | None = None
    absences: int = 0

    @property
    def school(self) -> str:
        """Id of the school; empty for the district."""
        return self.labels.get("school", "")

    @property
    def kind(self) -> str:
        """The class of incident; where no label says it, the alert's name in other letters."""
        name = self.labels.get("incident") or _CAMEL.sub("_", self.labels.get("alertname", ""))
        words = _STRANGE.sub("_", name.lower()).strip("_")[:_MOST_KIND].strip("_")
        return words if words[:1].isalpha() else f"alert_{words}"[:_MOST_KIND].strip("_")

    @property
    def subject(self) -> str:
        """Which thing; all of a kind at a school are one where no label says it."""
        return subject_of(self.labels["subject"]) if self.labels.get("subject") else WHOLE

    @property
    def key(self) -> str:
        """Of the incident that it belongs to."""
        return key_of(self.school, self.kind, self.subject)

    @property
    def severity(self) -> Severity | None:
        """None for what is no incident at all, such as the watchdog."""
        said = self.labels.get("severity", "")
        if said == "none" or self.labels.get("alertname") == WATCHDOG:
            return None
        return next((each for each in SEVERITIES if each == said), "warning")


def hushed(alerts: Iterable[Alert], windows: Sequence[Window], now: float) -> list[Alert]:
    """The same alerts; those of a school or device under maintenance as if they were silenced."""
    return [
        replace(each, quiet=True)
        if under_maintenance(windows, now, each.school, [each.labels.get("device", "")])
        else each
        for each in alerts
    ]


def released(before: Alert | None, alert: Alert, now: float) -> Alert:
    """An alert that is heard of again; with it, since when nothing explains it where something did."""
    if before is None or not before.firing or alert.inhibited:
        return alert
    return replace(alert, released_at=now if before.inhibited else before.released_at)


def believed(alerts: Iterable[Alert], now: float, hold_seconds: float, *, trusted: bool) -> list[Alert]:
    """The same alerts; those whose cause is gone for less than ``hold_seconds`` as if it were still there.

    Nor is the end of a cause believed before absence is (``trusted``). When Prometheus dies its alerts run out one
    after another, so that a cause can be gone a minute before its effects.
    """

    def early(alert: Alert) -> bool:
        return alert.released_at is not None and (not trusted or now - alert.released_at < hold_seconds)

    return [replace(each, inhibited=True) if early(each) else each for each in alerts]


def incidents(alerts: Iterable[Alert]) -> list[Incident]:
    """One for each key that anything fires of which nothing else explains."""
    there = [each for each in alerts if each.firing and not each.inhibited and each.severity is not None]
    ordered = sorted(there, key=lambda each: each.key)
    return [_incident(list(group)) for _, group in groupby(ordered, key=lambda each: each.key)]


def _incident(alerts: Sequence[Alert]) -> Incident:
    ordered = sorted(alerts, key=_rank)
    first = ordered[0]
    names = [each.labels["device"] for each in ordered if each.labels.get("device")]
    return Incident(
        source=SOURCE,
        school=first.school,
        kind=first.kind,
        subject=first.subject,
        severity=first.severity or "warning",
        summary=_summary(ordered),
        started_at=min(each.started_at for each in alerts),
        evidence=tuple(_evidence(first)),
        members=tuple(sorted(set(names))[:MOST_MEMBERS]),
        member_count=len(set(names)),
        runbook_url=first.annotations.get("runbook_url", ""),
        quiet=all(each.quiet for each in alerts),
    )


def _rank(alert: Alert) -> tuple[int, float, str]:
    return SEVERITIES.index(alert.severity or "info"), alert.started_at, alert.fingerprint


def _summary(ordered: Sequence[Alert]) -> str:
    said = ordered[0].annotations.get("summary") or ordered[0].labels.get("alertname", "An alert")
    return said if len(ordered) == 1 else f"{plain(said, 400)} and {len(ordered) - 1} more"


def _evidence(alert: Alert) -> Iterable[str]:
    for name in ("description", "dashboard_url"):
        if alert.annotations.get(name):
            yield alert.annotations[name]
    yield f"Alert: {alert.labels.get('alertname', 'without a name')}"


def reconciled(known: Mapping[str, Alert], shown: Mapping[str, Alert], now: float) -> list[Alert]:
    """The alerts that change when what Alertmanager shows now is held against what is known of it.

    One that it does not show twice in a row is over, whether or not it said so.
    """
    there = {name: released(known.get(name), each, now) for name, each in shown.items()}
    changed = [each for name, each in there.items() if known.get(name) != each]
    for name, alert in known.items():
        if name not in shown and alert.firing:
            absences = alert.absences + 1
            changed.append(replace(alert, absences=absences, firing=absences < _ABSENCES))
    return changed
