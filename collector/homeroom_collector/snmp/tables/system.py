"""The system group (SNMPv2-MIB, RFC 3418) and the device's uptime, reconciled from three clocks.

No clock is enough. sysUpTime is the agent's and wraps after 497 days; snmpEngineTime (RFC 3411) counts seconds and does
not wrap for 68 years, but some agents answer 0 or nonsense; hrSystemUptime (RFC 2790) is the host's and wraps too.
"""

from __future__ import annotations

from homeroom_agent.report.network import System
from homeroom_collector.snmp.reader import Reader
from homeroom_collector.snmp.session import Oid, Value
from homeroom_collector.snmp.text import text, whole

DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
CONTACT = "1.3.6.1.2.1.1.4.0"
NAME = "1.3.6.1.2.1.1.5.0"
LOCATION = "1.3.6.1.2.1.1.6.0"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
HOST_UPTIME = "1.3.6.1.2.1.25.1.1.0"

LABELS = (DESCRIPTION, OBJECT_ID, CONTACT, NAME, LOCATION)
CLOCKS = (UPTIME, ENGINE_TIME, HOST_UPTIME)

WRAP_TICKS = 2**32
_MAX_WRAPS = 16
_WRAP_TOLERANCE_SECONDS = 3600


async def labels(reader: Reader) -> dict[str, Value]:
    """Read the texts, with the inventory only."""
    return await reader.once("system", lambda: reader.scalars("system", LABELS))


async def read(reader: Reader) -> System:
    """Read the group: texts with the inventory, clocks each time."""
    said = await labels(reader)
    clocks = await reader.scalars("system", CLOCKS)
    return System(
        name=text(said.get(NAME)),
        description=text(said.get(DESCRIPTION), limit=1024),
        object_id=object_id(said.get(OBJECT_ID)),
        uptime_seconds=uptime_seconds(*(whole(clocks.get(oid)) for oid in CLOCKS)),
        location=text(said.get(LOCATION)),
        contact=text(said.get(CONTACT)),
    )


def object_id(value: Value | None) -> str | None:
    """Give sysObjectID dotted, without a leading dot; None where it is of another type or zeroDotZero."""
    return str(value) if isinstance(value, Oid) and value not in ("0.0", "0") else None


def uptime_seconds(ticks: int | None, engine_seconds: int | None, host_ticks: int | None) -> float | None:
    """Reconcile the clocks. ``ticks`` are hundredths of a second; None is a clock the device does not have.

    sysUpTime leads. The engine's clock tells how often it wrapped: that is believed only where it fits a whole number
    of wraps within an hour, so an engine time that restarted, or that counts something else, changes nothing.
    """
    if ticks is None or ticks < 0:
        if engine_seconds is not None and engine_seconds > 0:
            return float(engine_seconds)
        return host_ticks / 100 if host_ticks is not None and host_ticks > 0 else None
    wraps = round((engine_seconds * 100 - ticks) / WRAP_TICKS) if engine_seconds is not None else 0
    if not 1 <= wraps <= _MAX_WRAPS or engine_seconds is None:
        return ticks / 100
    unwrapped = (ticks + wraps * WRAP_TICKS) / 100
    return unwrapped if abs(unwrapped - engine_seconds) <= _WRAP_TOLERANCE_SECONDS else ticks / 100
