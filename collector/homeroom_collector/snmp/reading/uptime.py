"""How long a device has been up, out of three clocks, and whether it restarted. Pure.

No clock is enough. sysUpTime is the agent's, in hundredths of a second, and wraps after 497 days. snmpEngineTime
(RFC 3411) counts seconds and does not wrap for 68 years, but some agents answer 0 or count something else.
hrSystemUptime (RFC 2790) is the host's, and wraps too: after 497 days, on Windows after 49.7.
"""

from __future__ import annotations

from dataclasses import dataclass

WRAP_TICKS = 2**32
_MAX_WRAPS = 16
_WRAP_TOLERANCE_SECONDS = 3600.0
_SAME_SHARE = 0.02
_SLACK_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """One reading of all clocks; None is a clock the device does not have. ``boots`` is snmpEngineBoots."""

    agent_ticks: int | None = None
    engine_seconds: int | None = None
    host_ticks: int | None = None
    boots: int | None = None


def uptime_seconds(clocks: Clocks) -> float | None:
    """Time since the device started; None where no clock says.

    The agent cannot be older than its host, so the older of both is the device's age: net-snmp restarts without its
    server. Where both differ by little the agent's is given, which every other tool shows.
    """
    agent, host = _agent_seconds(clocks), _seconds(clocks.host_ticks)
    if agent is None:
        return host
    return host if host is not None and host > agent * (1 + _SAME_SHARE) + _SLACK_SECONDS else agent


def _seconds(ticks: int | None) -> float | None:
    return ticks / 100 if ticks is not None and ticks > 0 else None


def _agent_seconds(clocks: Clocks) -> float | None:
    """SysUpTime with its wraps put back, as often as the engine's clock says.

    The engine's clock is believed only where it fits a whole number of wraps within an hour: one that restarted, or
    that counts something else, changes nothing.
    """
    ticks, engine = clocks.agent_ticks, clocks.engine_seconds
    if ticks is None or ticks < 0:
        return float(engine) if engine is not None and engine > 0 else None
    if engine is None:
        return ticks / 100
    wraps = round((engine * 100 - ticks) / WRAP_TICKS)
    unwrapped = (ticks + wraps * WRAP_TICKS) / 100
    fits = 1 <= wraps <= _MAX_WRAPS and abs(unwrapped - engine) <= _WRAP_TOLERANCE_SECONDS
    return unwrapped if fits else ticks / 100


def restarted(before: Clocks, after: Clocks, elapsed_seconds: float) -> bool:
    """Say whether the device started anew between two readings ``elapsed_seconds`` apart.

    The host's clock decides where it ran through both readings. Without one it is the agent's, unless it wrapped: then
    it stood so near 2^32 ticks that the time between both readings explains the small number.
    """
    if before.host_ticks and after.host_ticks and not _anew(before.host_ticks, after.host_ticks, elapsed_seconds):
        return False
    if before.boots is not None and after.boots is not None and after.boots > before.boots > 0:
        return True
    if before.agent_ticks is None or after.agent_ticks is None:
        return _engine_fell(before, after)
    return _anew(before.agent_ticks, after.agent_ticks, elapsed_seconds)


def _anew(before: int, after: int, elapsed_seconds: float) -> bool:
    """Say whether a tick counter started again: it counted clearly less than the time that passed.

    A clock that stands still is broken, not restarted; one that went back and says more than passed did not wrap.
    """
    counted = (after - before) % WRAP_TICKS / 100
    slack = max(_SLACK_SECONDS, elapsed_seconds * _SAME_SHARE)
    return 0 < counted < elapsed_seconds - slack or (after < before and counted > elapsed_seconds + slack)


def _engine_fell(before: Clocks, after: Clocks) -> bool:
    if before.engine_seconds is None or after.engine_seconds is None:
        return False
    return after.engine_seconds < before.engine_seconds
