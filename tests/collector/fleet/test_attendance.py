"""Uptime over weeks of school, each played report by report."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from homeroom_agent.report import NetworkGear, Report
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device, School
from homeroom_collector.rules.calendar import Bells, CalendarRules, Patch, Span
from homeroom_collector.rules.calendar_book import CalendarBook

DENVER = ZoneInfo("America/Denver")
SNOW = date(2026, 2, 10)
RULES = CalendarRules(
    zone=DENVER,
    week=dict.fromkeys(range(5), (Bells(time(8), time(15)),)),
    terms=(Span(date(2026, 1, 5), date(2026, 6, 5)),),
)
STEP = 300


def at(day: date, clock: str) -> float:
    return datetime.combine(day, time.fromisoformat(clock), DENVER).timestamp()


def school_days(first: date, last: date) -> Iterable[date]:
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return (day for day in every if RULES.bells(day))


class Play:
    """A fleet of one laptop and one switch at each of two schools, from Monday 2 February on."""

    def __init__(self) -> None:
        self.fleet = Fleet(calendars=CalendarBook(RULES, schools={"hill": Patch(off=frozenset({SNOW}))}))
        self.sequence = 0
        for school_id in ("hill", "vale"):
            self.fleet.put_school(School(school_id=school_id, name=school_id))
            self.fleet.put_device(Device(device_id=f"laptop-{school_id}", device_class="computer", school_id=school_id))
            self.fleet.put_device(Device(device_id=f"switch-{school_id}", device_class="network", school_id=school_id))
        self.start = at(date(2026, 2, 2), "07:00")
        for device_id in ("laptop-hill", "laptop-vale"):
            self.report(device_id, self.start)
        for device_id in ("switch-hill", "switch-vale"):
            self.poll(device_id, self.start)
        self.fleet.refresh(self.start)

    def report(self, device_id: str, moment: float, received_at: float | None = None) -> None:
        self.sequence += 1
        report = Report(source="agent", sequence=self.sequence, measured_at=moment)
        self.fleet.apply(device_id, report, moment if received_at is None else received_at)

    def poll(self, device_id: str, moment: float, *, reachable: bool = True) -> None:
        self.sequence += 1
        network = NetworkGear(reachable=reachable)
        report = Report(source="snmp", sequence=self.sequence, measured_at=moment, network=network)
        self.fleet.apply(device_id, report, moment)

    def on(self, device_id: str, days: Iterable[date], first: str = "08:00", last: str = "15:00") -> None:
        for day in days:
            moment = at(day, first)
            while moment <= at(day, last):
                self.report(device_id, moment)
                moment += STEP

    def ratio(self, device_id: str) -> float | None:
        member = self.fleet.member(device_id)
        assert member is not None
        state = self.fleet.school(member.device.school_id)
        assert state is not None
        kind = "device" if member.device.device_class == "computer" else "target"
        rows = state.measured(member, f"{kind}_instruction")
        return rows[0][1].get(f"homeroom_{kind}_uptime_ratio") if rows else None


@pytest.fixture
def play() -> Play:
    return Play()


def test_a_laptop_that_is_on_for_every_lesson_is_up_all_the_time(play: Play) -> None:
    play.on("laptop-vale", school_days(date(2026, 2, 2), date(2026, 2, 13)))
    play.fleet.refresh(at(date(2026, 2, 15), "12:00"))
    assert play.ratio("laptop-vale") == 1.0
    assert play.ratio("laptop-hill") == 0.0


def test_a_host_powered_off_for_a_month_does_not_come_back_with_full_uptime(play: Play) -> None:
    play.on("laptop-vale", school_days(date(2026, 2, 2), date(2026, 2, 13)))
    play.on("laptop-vale", [date(2026, 3, 16)])
    play.fleet.refresh(at(date(2026, 3, 16), "16:00"))
    assert play.ratio("laptop-vale") == pytest.approx(1 / 20)


def test_nights_and_weekends_are_in_neither_side_of_the_ratio(play: Play) -> None:
    play.on("laptop-vale", [date(2026, 2, 2)], "08:00", "23:00")
    play.on("laptop-vale", [date(2026, 2, 7), date(2026, 2, 8)])
    play.fleet.refresh(at(date(2026, 2, 2), "23:30"))
    assert play.ratio("laptop-vale") == 1.0


def test_half_a_day_is_half(play: Play) -> None:
    play.on("laptop-vale", [date(2026, 2, 2)], "08:00", "11:30")
    play.fleet.refresh(at(date(2026, 2, 2), "15:00"))
    assert play.ratio("laptop-vale") == 0.5


def test_a_snow_day_lowers_nobodys_uptime_at_the_school_that_had_it(play: Play) -> None:
    ordinary = [day for day in school_days(date(2026, 2, 2), date(2026, 2, 13)) if day != SNOW]
    for school_id in ("hill", "vale"):
        play.on(f"laptop-{school_id}", ordinary)
    play.fleet.refresh(at(date(2026, 2, 13), "15:00"))
    assert play.ratio("laptop-hill") == 1.0
    assert play.ratio("laptop-vale") == pytest.approx(0.9)


def test_a_backlog_counts_on_the_days_when_it_was_measured(play: Play) -> None:
    received = at(date(2026, 2, 5), "09:00")
    moment = at(date(2026, 2, 3), "08:00")
    while moment <= at(date(2026, 2, 3), "15:00"):
        play.report("laptop-vale", moment, received)
        moment += STEP
    play.fleet.refresh(at(date(2026, 2, 3), "07:00") + 2 * 86400)
    assert play.ratio("laptop-vale") == pytest.approx(1 / 3)


def test_a_switch_is_up_only_while_it_was_seen_to_answer(play: Play) -> None:
    day = date(2026, 2, 2)
    for minute in range(7 * 60 + 1):
        moment = at(day, "08:00") + 60 * minute
        if minute < 105:
            play.poll("switch-vale", moment)
        elif minute < 210:
            play.poll("switch-vale", moment, reachable=False)
        # Nobody looked in the afternoon: unknown is not up.
    play.fleet.refresh(at(day, "15:00"))
    assert play.ratio("switch-vale") == pytest.approx(104 / 420)


def test_a_device_that_moves_school_keeps_what_it_earned(play: Play) -> None:
    play.on("laptop-vale", [date(2026, 2, 2), date(2026, 2, 3)])
    play.fleet.put_device(Device(device_id="laptop-vale", device_class="computer", school_id="hill"))
    play.on("laptop-vale", [date(2026, 2, 4)])
    play.fleet.refresh(at(date(2026, 2, 5), "15:00"))
    assert play.ratio("laptop-vale") == pytest.approx(0.75)


def test_a_school_is_the_sum_of_its_devices_and_the_shelved_ones_are_left_out(play: Play) -> None:
    day = date(2026, 2, 2)
    for device_id in ("cart", "spare"):
        play.fleet.put_device(Device(device_id=device_id, device_class="computer", school_id="vale"))
        play.report(device_id, play.start)
    play.fleet.put_device(Device(device_id="spare", device_class="computer", school_id="vale", shelved=True))
    play.fleet.refresh(play.start + 301)
    play.on("laptop-vale", [day])
    play.on("cart", [day], "08:00", "11:30")
    play.fleet.refresh(at(day, "15:00"))
    state = play.fleet.school("vale")
    assert state is not None
    assert state.uptime == {"computer": pytest.approx(0.75), "network": 0.0}
    assert state.instructional_seconds == 7 * 3600


def test_in_summer_there_is_no_ratio_at_all() -> None:
    play = Play()
    play.fleet.refresh(at(date(2026, 7, 20), "12:00"))
    assert play.ratio("laptop-vale") is None
    state = play.fleet.school("vale")
    assert state is not None
    assert state.uptime == {"computer": None, "network": None}
