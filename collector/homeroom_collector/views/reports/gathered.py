"""Reading what a report is made from out of the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from homeroom_collector.decisions.board import Board
from homeroom_collector.model import School
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Store, attendance, device_events, problem_list
from homeroom_collector.store.problem_list import Wanted
from homeroom_collector.views.reports.facts import Facts
from homeroom_collector.views.reports.period import Period

_MOST_PROBLEMS = 100_000
_MOST_EVENTS = 1_000_000


async def gathered(
    store: Store, zone: ZoneInfo, board: Board, period: Period, school: School | None, calendar: SchoolCalendar
) -> Facts:
    """The facts of a school, or of the district where ``school`` is None; ``calendar`` is its own."""
    start = datetime.combine(period.first, datetime.min.time(), zone).timestamp()
    end = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), zone).timestamp()
    school_id = school.school_id if school else None
    heard = partial(
        attendance.attended,
        school_id=school_id,
        first_day=period.number(period.first),
        last_day=period.number(period.last),
    )
    happened = partial(device_events.listed, since=start, school_id=school_id, most=_MOST_EVENTS)
    wanted = Wanted(
        states=tuple(state.value for state in State if state is not State.PENDING),
        schools=None if school_id is None else (school_id,),
        most=_MOST_PROBLEMS,
    )
    problems = await store.read(partial(problem_list.listed, wanted=wanted))
    return Facts(
        period=period,
        board=board,
        school=school,
        attended=await store.read(heard),
        taught=taught(period, calendar),
        events=[event for event in await store.read(happened) if event["happened_at"] < end],
        problems=[each for each in problems if start <= (each["opened_at"] or each["pending_at"]) < end],
    )


def taught(period: Period, calendar: SchoolCalendar) -> frozenset[int]:
    """Days of a period with instruction, as the history numbers days."""
    days = (period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1))
    return frozenset(period.number(each) for each in days if calendar.instructional_seconds(*calendar.bounds(each)))
