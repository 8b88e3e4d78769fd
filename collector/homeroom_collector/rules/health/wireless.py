"""Wi-Fi: access points that left their controller, and radios that nobody uses though school is in session."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.rules.health.rule import DAY, HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Evidence, Severity

RULES: Mapping[str, Rule] = {
    "access_points_lost": Rule(
        severity=Severity.WARNING, enter=0.9, leave=1.0, window_seconds=7 * DAY, lasts_seconds=5 * MINUTE
    ),
    "wifi_without_clients": Rule(
        severity=Severity.WARNING, hours="instructional", enter=0, leave=1, lasts_seconds=HOUR, window_seconds=7 * DAY,
        at_least=5,
    ),
}  # fmt: skip


class Most:
    """The most of something within a window, one number for each day; begins with what was known before."""

    __slots__ = ("_days",)

    def __init__(self, known: float | None = None, at: float = 0.0) -> None:
        self._days: deque[tuple[float, float]] = deque()
        if known is not None:
            self._days.append((at, known))

    def take(self, value: float, at: float, window_seconds: float) -> float:
        """Note a value and give the most of the window."""
        day = at // DAY
        if self._days and self._days[-1][0] // DAY >= day:
            last_at, last = self._days[-1]
            self._days[-1] = (last_at, max(last, value))
        else:
            self._days.append((at, value))
        while self._days[0][0] < at - window_seconds:
            self._days.popleft()
        return max(value for _, value in self._days)


class Radio:
    """What a controller or an access point had at most lately. ``before`` are its findings of an earlier process."""

    __slots__ = ("_clients", "_points")

    def __init__(self, before: Judge) -> None:
        self._points = Most(*_known(before, "access_points_lost"))
        self._clients = Most(*_known(before, "wifi_without_clients"))

    def look(self, gear: NetworkGear, judge: Judge) -> None:
        """Judge one poll that was answered."""
        if gear.wireless is None:
            return
        self._judge_points(gear.wireless.access_points, judge)
        self._judge_clients(gear.wireless.clients, judge)

    def _judge_points(self, points: int | None, judge: Judge) -> None:
        rule = judge.rule("access_points_lost")
        if rule is None or points is None:
            return judge.above("access_points_lost", "ratio", None, "")
        most = self._points.take(points, judge.at, rule.window_seconds or 0.0)
        limit = rule.leave if judge.held("access_points_lost") else rule.enter
        if most and limit is not None and points < most * limit:
            evidence = (Evidence(name="access_points", measured=points, rule=most),)
            judge.find("access_points_lost", f"has {points} of {most:.0f} access points", evidence)
        return None

    def _judge_clients(self, clients: int | None, judge: Judge) -> None:
        """No clients where there were some lately, on radios that answer."""
        rule = judge.rule("wifi_without_clients")
        if rule is None or clients is None:
            return judge.below("wifi_without_clients", "clients", None, "")
        most = self._clients.take(clients, judge.at, rule.window_seconds or 0.0)
        if most >= (rule.at_least or 0):
            judge.below("wifi_without_clients", "clients", clients, f"has no Wi-Fi clients; it had {most:.0f} lately")
        return None


def _known(before: Judge, kind: str) -> tuple[float | None, float]:
    """The most of an earlier process, which stands in the evidence of its problem."""
    found = before.held(kind)
    limits = [each.rule for each in found.evidence if isinstance(each.rule, float | int)] if found else []
    return (max(limits), found.at) if found and limits else (None, 0.0)
