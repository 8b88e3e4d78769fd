"""The demo's network gear: pretended, but it answers SNMP over UDP on loopback, from within the demo itself."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from homeroom_collector.simulate import world
from homeroom_collector.simulate.district import District
from homeroom_collector.simulate.faults import Cause
from homeroom_collector.simulate.responder import Responder, serving
from homeroom_collector.simulate.script import Event, Script

# Long enough ago to be a day of school also when the demo runs in the middle of a summer.
_SINCE, _LASTS_SECONDS = timedelta(days=75), 200 * 86_400.0
_DIES_AFTER = timedelta(seconds=90)
_TROUBLES = (
    (Cause.PORT_ERRORS, "lincoln-idf1"),
    (Cause.WORN_UPS, "washington-ups1"),
    (Cause.TONER_EMPTY, "lincoln-office-printer"),
)


def answering(district: District, port: int) -> AbstractContextManager[int]:
    """Answer for the district's gear on a UDP port, inside a running event loop. Soon one access point will die."""
    now = datetime.now(UTC)
    dies = now + _DIES_AFTER
    death = Event(cause=Cause.AP_DEAD, on=dies.date(), at=dies.time(), lasts=_LASTS_SECONDS, subject="roosevelt-ap2")
    lasting = (Event(cause=cause, day=1, lasts=_LASTS_SECONDS, subject=name) for cause, name in _TROUBLES)
    script = Script(events=(death, *lasting))
    made = world.make(district, script, start=(now - _SINCE).date(), zone="UTC")
    return serving(Responder(made.network, time.time), port)
