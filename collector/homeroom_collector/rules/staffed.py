"""Whether anybody is at work at a school: within the staff's hours of a day that has bells. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.ticket_policy import Staff


def staffed(calendar: SchoolCalendar, staff: Staff, at: float) -> bool:
    """Nights, weekends, breaks and summer are not staffed."""
    local = datetime.fromtimestamp(at, calendar.rules.zone)
    return staff.start <= local.time() < staff.end and bool(calendar.rules.bells(local.date()))


def unattended(calendar: SchoolCalendar, staff: Staff, first: float, last: float) -> bool:
    """Whether nobody was at work at any moment between two."""
    zone = calendar.rules.zone
    begins, ends = datetime.fromtimestamp(first, zone), datetime.fromtimestamp(last, zone)
    for number in range((ends.date() - begins.date()).days + 1):
        day = begins.date() + timedelta(days=number)
        opens, closes = (datetime.combine(day, clock, zone) for clock in (staff.start, staff.end))
        if begins < closes and ends >= opens and calendar.rules.bells(day):
            return False
    return True
