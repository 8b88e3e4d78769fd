"""Ports of network gear: flapping, errors, half duplex. What moves is compared with the poll before."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from homeroom_agent.report.network import Interface
from homeroom_collector.rules.health.rule import DAY, HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "port_flapping": Rule(
        severity=Severity.WARNING, enter=10, leave=2, window_seconds=HOUR, clears_seconds=10 * MINUTE
    ),
    "port_errors": Rule(
        severity=Severity.WARNING, enter=1.0, leave=0.1, lasts_seconds=10 * MINUTE, clears_seconds=30 * MINUTE
    ),
    "duplex_mismatch": Rule(severity=Severity.WARNING, enter=100e6, lasts_seconds=10 * MINUTE, clears_seconds=HOUR),
}
_LONGEST_GAP_SECONDS = DAY / 24
_UNKNOWN = 2**64 - 1

_MOST_GONE = 500
"""Changes of so many ports that are not there any more are remembered: a poll may have missed them."""


class Ports:
    """The last poll of one device's ports, and when which of them went up or down. About 12 bytes a port."""

    __slots__ = ("_at", "_changes", "_errors", "_names", "_up")

    def __init__(self) -> None:
        self._at: float | None = None
        self._names: tuple[str, ...] = ()
        self._errors = array("Q")
        self._up = b""
        self._changes: dict[str, list[float]] = {}

    def look(self, ports: Sequence[Interface], judge: Judge) -> None:
        """Judge a poll; one that is not newer than the last is passed over, its findings stay."""
        names = tuple(map(name_of, ports))
        seconds = 0.0 if self._at is None else judge.at - self._at
        comparable = names == self._names and 0 < seconds <= _LONGEST_GAP_SECONDS
        errors = array("Q", [_errors(port) for port in ports])
        up = bytes(_up(port) for port in ports)
        for place, port in enumerate(ports):
            if comparable:
                self._compare(place, port, up[place], judge)
            rate = _rate(self._errors[place], errors[place], seconds) if comparable else None
            says = "port {part} has {value:.1f} errors a second"
            judge.above("port_errors", "errors_per_second", rate, says, names[place])
            self._judge(port, names[place], judge)
        if len(self._changes) > _MOST_GONE + len(names):  # names that a device makes up must not fill the memory
            self._changes = {name: self._changes[name] for name in names if name in self._changes}
        self._at, self._names, self._errors, self._up = judge.at, names, errors, up

    def _compare(self, place: int, port: Interface, up: int, judge: Judge) -> None:
        """Note that a port came or went. One that was switched off by hand did not flap."""
        if up != self._up[place] and 2 not in (up, self._up[place]) and port.admin_status != "down":
            self._changes.setdefault(self._names[place], []).append(judge.at)

    def _judge(self, port: Interface, name: str, judge: Judge) -> None:
        if name in self._changes:
            judge.above("port_flapping", "changes", self._lately(name, judge), "port {part} comes and goes", name)
        rule = judge.rule("duplex_mismatch")
        if rule and port.full_duplex is False and port.oper_status == "up" and (port.speed_bps or 0) >= rule.enter:  # type: ignore[operator]
            judge.fact("duplex_mismatch", "half_duplex", "port {part} runs at half duplex", name, holds=True)

    def _lately(self, name: str, judge: Judge) -> int:
        rule = judge.rule("port_flapping")
        since = judge.at - (rule.window_seconds or 0.0 if rule else 0.0)
        changes = self._changes[name] = [at for at in self._changes[name] if at > since]
        if not changes:
            del self._changes[name]
        return len(changes)


def name_of(port: Interface) -> str:
    """The name of a port: ifName, else ifDescr, else its number."""
    return port.name or port.description or str(port.index)


def _errors(port: Interface) -> int:
    if port.in_errors is None and port.out_errors is None:
        return _UNKNOWN
    return min((port.in_errors or 0) + (port.out_errors or 0), _UNKNOWN - 1)


def _rate(before: int, now: int, seconds: float) -> float | None:
    """Errors a second; a counter that went back was reset, and says nothing."""
    if _UNKNOWN in (before, now) or now < before:
        return None
    return (now - before) / seconds


def _up(port: Interface) -> int:
    """1 up, 0 anything else, 2 unknown."""
    return 2 if port.oper_status in (None, "unknown") else int(port.oper_status == "up")
