"""Which calendar each school lives by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from homeroom_collector.model import School
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar

_NONE: Mapping[str, CalendarRules] = MappingProxyType({})


class CalendarBook:
    """Rules of the district, and of the schools where they differ. Schools that differ in nothing share one."""

    def __init__(self, district: CalendarRules, schools: Mapping[str, CalendarRules] = _NONE) -> None:
        self._district = SchoolCalendar(district)
        self._schools = {school_id: SchoolCalendar(rules) for school_id, rules in schools.items()}
        self._abroad: dict[tuple[SchoolCalendar, str], SchoolCalendar] = {}

    def of(self, school: School) -> SchoolCalendar:
        """The calendar of a school, in its own time zone. Raises ZoneInfoNotFoundError for a zone that is none."""
        calendar = self._schools.get(school.school_id, self._district)
        if school.timezone is None or str(calendar.rules.zone) == school.timezone:
            return calendar
        key = (calendar, school.timezone)
        if key not in self._abroad:
            self._abroad[key] = SchoolCalendar(replace(calendar.rules, zone=ZoneInfo(school.timezone)))
        return self._abroad[key]
