"""Whether anybody is at work at a school: within the staff's hours of a day that has bells. Pure."""

from __future__ import annotations

from datetime import datetime

from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.ticket_policy import Staff


def staffed(calendar: SchoolCalendar, staff: Staff, at: float) -> bool:
    """Nights, weekends, breaks and summer are not staffed."""
    local = datetime.fromtimestamp(at, calendar.rules.zone)
    return staff.start <= local.time() < staff.end and bool(calendar.rules.bells(local.date()))
