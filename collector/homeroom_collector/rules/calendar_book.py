"""Which calendar each school lives by: the district's, what its level does otherwise, what it does itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from homeroom_collector.model import School
from homeroom_collector.rules.calendar import CalendarRules, Patch, SchoolCalendar

_NONE: Mapping[str, Patch] = MappingProxyType({})
_NO_CHANGE = Patch()


class CalendarBook:
    """Calendars by school. Schools that differ in nothing share one, and so what is worked out from it.

    ``levels`` and ``schools`` say what is otherwise at a level (``elementary``, ``middle``, ``high``, ``other``) and at
    a school; ``closures`` are days called off at short notice.
    """

    def __init__(
        self,
        district: CalendarRules,
        levels: Mapping[str, Patch] = _NONE,
        schools: Mapping[str, Patch] = _NONE,
        closures: Mapping[str, Patch] = _NONE,
    ) -> None:
        self._district = district
        self._patches = (levels, schools, closures)
        self._calendars: dict[tuple[str, str, str], SchoolCalendar] = {}

    def of(self, school: School) -> SchoolCalendar:
        """The calendar of a school, in its own time zone. Raises ZoneInfoNotFoundError for a zone that is none."""
        levels, schools, closures = self._patches
        own = school.school_id if school.school_id in schools or school.school_id in closures else ""
        key = (school.level if school.level in levels else "", own, school.timezone or str(self._district.zone))
        if key not in self._calendars:
            self._calendars[key] = SchoolCalendar(self._rules(school))
        return self._calendars[key]

    def _rules(self, school: School) -> CalendarRules:
        rules = self._district
        for patches, name in zip(self._patches, (school.level, school.school_id, school.school_id), strict=True):
            rules = rules.patched(patches.get(name, _NO_CHANGE))
        return rules if school.timezone is None else replace(rules, zone=ZoneInfo(school.timezone))

    def with_closures(self, closures: Mapping[str, Patch]) -> CalendarBook:
        """The same book with other days called off at short notice."""
        levels, schools, _ = self._patches
        return CalendarBook(self._district, levels, schools, closures)
