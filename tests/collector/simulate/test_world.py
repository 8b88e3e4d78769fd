"""A pretended district in time: ordinary days, and what each cause of trouble does to reports."""

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from homeroom_agent.report import Report, encode
from homeroom_collector.errors import ConfigError
from homeroom_collector.simulate import gear_report, script, stream
from homeroom_collector.simulate.faults import MEANING, Cause
from homeroom_collector.simulate.growth import OFFICE, Size, grow
from homeroom_collector.simulate.stream import Event, Pace
from homeroom_collector.simulate.world import World
from simulate_worlds import HOURLY, SMALL, TUESDAY, event, make, moment

JULY = date(2027, 7, 7)
TINY = Size(schools=3, devices=18, switches=3, access_points=3)
SPANS = (("11:30", "11:50"), ("11:55", "13:01"))


def played(made: World, start: str, end: str, pace: Pace = HOURLY, day: date = TUESDAY) -> list[Event]:
    return list(stream.events(made, moment(made, start, day), moment(made, end, day), pace))


def of_computers(found: list[Event]) -> Iterator[tuple[Event, Report]]:
    return ((each, report) for each in found if each.on_campus is not None for report in each.reports)


def digest(found: list[Event]) -> str:
    told = hashlib.sha256()
    for each in found:
        told.update(repr((each.at, each.device_id, each.on_campus)).encode())
        for report in each.reports:
            told.update(encode(report))
    return told.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    program = (
        "import sys; sys.path[:0] = ['tests']\n"
        "from collector.simulate.test_world import SPANS, TINY, digest, make, played\n"
        "print([digest(played(make(seed=seed, size=TINY), *SPANS[1])) for seed in (5, 6)])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True, text=True
        ).stdout.strip()
        for salt in ("1", "2")
    ]
    here = [digest(played(make(seed=seed, size=TINY), *SPANS[1])) for seed in (5, 6)]
    assert said == [str(here), str(here)]
    assert here[0] != here[1]


def test_a_stretch_of_time_may_be_entered_anywhere():
    made = make()
    at = moment(made, "10:00")
    laptop = next(each for each in made.district.laptops if made.stretch(each, at))
    asked = made.report(laptop, at, sequence=1)
    assert made.report(laptop, at, sequence=1) == asked
    made.report(laptop, at + 86_400, sequence=2)
    assert made.report(laptop, at, sequence=1) == asked


def test_events_come_in_order_and_number_their_reports_without_gaps():
    found = played(make(), "00:00", "23:00")
    assert [each.at for each in found] == sorted(each.at for each in found)
    numbers: dict[str, list[int]] = {}
    for each, report in of_computers(found):
        numbers.setdefault(each.device_id, []).append(report.sequence)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_most_lids_open_within_minutes_of_the_bell():
    made = make(size=Size(schools=3, devices=150, switches=3, access_points=0))
    pace = Pace(computers=300, gear=0)
    first = {each.device_id: each.at for each in reversed(played(made, "06:00", "15:00", pace))}
    assert len(first) > 110
    opened = Counter(int(at // 600) for at in first.values())
    mean = len(first) / (9 * 6)
    assert max(opened.values()) > 5 * mean


def test_nothing_but_a_few_laptops_at_home_is_awake_in_july():
    made = make(size=Size(schools=3, devices=200, switches=3, access_points=0))
    pace = Pace(computers=300, gear=0)
    heard = {each.device_id for each in played(made, "00:00", "23:00", pace, JULY)}
    assert 0 < len(heard) < 30
    assert not any(each.on_campus for each in played(made, "00:00", "23:00", pace, JULY))


def test_uptime_boots_and_counters_go_with_the_boot():
    made = make()
    laptop = next(each for each in made.district.laptops if each.assignment == "one_to_one")
    days = [date(2026, 9, day) for day in range(8, 30)]
    moments = [moment(made, clock, day) for day in days for clock in ("08:30", "11:00", "13:30")]
    week = [report for at in moments if (report := made.report(laptop, at, sequence=1))]
    boots = {}
    for report in week:
        boots.setdefault(report.uptime.boots_total, set()).add(round(report.measured_at - report.uptime.uptime_seconds))
    assert len(boots) > 1
    assert all(len(booted_at) == 1 for booted_at in boots.values())
    for before, after in pairwise(week):
        if before.uptime.boots_total == after.uptime.boots_total:
            assert before.links[0].receive_bytes <= after.links[0].receive_bytes


def test_a_power_cut_silences_a_school_and_its_computers_bring_their_reports_later():
    made = make(event(Cause.POWER_CUT, "10:00", lasts=5400.0))
    (cut,) = made.faults.all
    network, school = made.network, cut.subject
    gear = [each for each in made.district.gear if each.school_id == school]
    early = {each.name: network.reachable(each.name, cut.start + 60) for each in gear}
    assert early == {each.name: each.name in (f"{school}-core", f"{school}-ups1") for each in gear}
    assert network.state(f"{school}-ups1", cut.start + 60).on_battery
    assert not any(network.reachable(each.name, cut.end - 60) for each in gear)
    assert all(network.reachable(each.name, cut.end + 60) for each in gear)
    assert network.state(f"{school}-core", cut.end + 60).uptime_seconds == 60
    heard = of_computers(played(made, "09:00", "13:00", Pace(computers=300, gear=0)))
    found = [(each, report) for each, report in heard if each.school_id == school]
    kept = [(each, report) for each, report in found if cut.holds(report.measured_at)]
    assert kept
    assert not any(cut.holds(each.at) for each, _ in found)
    assert all(report.sent_at == each.at for each, report in kept)


def test_a_cut_uplink_is_seen_by_the_router_that_still_answers():
    made = make(event(Cause.UPLINK_DOWN, "09:00"))
    (cut,) = made.faults.all
    router = next(each for each in made.district.gear if each.school_id == OFFICE)
    ports = gear_report.report(made.network, router.name, cut.start + 60).network.interfaces
    down = [port.alias for port in ports if port.oper_status == "down"]
    assert down == [f"to {cut.subject}-core"]
    assert not gear_report.report(made.network, f"{cut.subject}-core", cut.start + 60).network.reachable


def test_behind_a_dead_switch_everything_is_cut_off():
    made = make(event(Cause.GEAR_DEAD, "09:00"))
    (fault,) = made.faults.all
    below = [each.name for each in made.district.gear if each.uplink == fault.subject]
    assert not any(made.network.reachable(name, fault.start) for name in [fault.subject, *below])
    assert made.network.reachable(fault.subject, fault.end)


def test_a_wrong_clock_dates_reports_wrongly_but_shows_itself_as_they_are_sent():
    made = make(event(Cause.CLOCK_SKEW, lasts=86_400.0, amount=10_800.0, count=60))
    for each, report in of_computers(played(made, "08:00", "10:00")):
        assert report.measured_at == pytest.approx(each.at + 10_800)
        assert report.sent_at == pytest.approx(each.at + 10_800)


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_changes_what_its_subject_reports_and_nothing_before_it(cause: Cause):
    is_long = MEANING[cause].subject == "computer" or cause is Cause.SNOW_DAY
    begins, lasts, count = ("00:00", 86_400.0, 18) if is_long else ("12:00", 7200.0, 1)
    befalls = event(cause, begins, lasts=lasts, count=count if cause is not Cause.SNOW_DAY else 1)
    calm, made = make(size=TINY), make(befalls, size=TINY)
    assert {fault.cause for fault in made.faults.all} == {cause}
    pace = Pace(computers=900, gear=900)
    before, after = ([digest(played(each, *span, pace)) for each in (calm, made)] for span in SPANS)
    assert after[0] != after[1]
    if not is_long:
        assert before[0] == before[1]
    assert MEANING[cause].says


def test_after_a_repair_a_battery_is_new():
    made = make(event(Cause.DYING_BATTERY, lasts=10 * 86_400.0, amount=0.3, count=60))
    (fault, *_) = made.faults.all
    laptop = next(each for each in made.district.laptops if each.serial == fault.subject)
    health = [made._battery_health(laptop, fault.start + days * 86_400) for days in (0, 5, 9.99, 10)]
    assert health[0] > health[1] > health[2]
    assert health[2] == pytest.approx(0.3, abs=0.01)
    assert health[3] == 1.0


def test_an_uncaused_district_has_no_worn_parts():
    made = make(size=Size(schools=3, devices=200, switches=3, access_points=0))
    for _, report in of_computers(played(made, "08:00", "15:00")):
        assert report.batteries[0].health_ratio > 0.5
        assert all(not disk.failing and disk.wear_ratio < 0.9 for disk in report.disks or ())
        assert all(each.free_bytes > 0.1 * each.size_bytes for each in report.filesystems or ())


@pytest.mark.parametrize("name", script.names())
def test_scripts_that_come_along_fit_a_district(name: str):
    district = grow(Size(schools=12, devices=600, switches=40, access_points=20), seed=1)
    read = script.load(name)
    assert read.about
    assert script.faults(read, district, make().years, TUESDAY)


def test_a_wrong_script_says_everything_that_is_wrong(tmp_path):
    path = tmp_path / "bad.yml"
    path.write_text(
        "events:\n"
        "  - {cause: uplink_down, lasts: 1h}\n"
        "  - {cause: uplink_down, day: 0, lasts: 0s, count: 1, share: 2}\n"
    )
    with pytest.raises(ConfigError) as caught:
        script.load(str(path))
    assert len(caught.value.problems) == 5
    path.write_text("events:\n  - {cause: uplink_dwn, day: 1, lasts: 1h}\n")
    with pytest.raises(ConfigError, match=r"events\[0\].cause"):
        script.load(str(path))


def test_a_script_may_not_name_what_the_district_does_not_have():
    with pytest.raises(ConfigError, match="nothing here is called 'nobody'"):
        make(event(Cause.GEAR_DEAD, subject="nobody"))
    with pytest.raises(ConfigError, match="school 'nowhere' is not"):
        make(event(Cause.POWER_CUT, school="nowhere"))


def test_a_district_has_as_much_of_everything_as_was_asked():
    district = grow(SMALL, seed=9)
    kinds = Counter(each.kind for each in district.gear)
    assert (len(district.laptops), kinds["switch"], kinds["access_point"]) == (60, 9, 9)
    assert len({each.name for each in district.gear}) == len(district.gear)
    with pytest.raises(ValueError, match="at least one switch"):
        Size(schools=5, switches=4)


def test_every_cause_is_documented_with_its_subject_and_amount():
    documented = (Path(__file__).parents[3] / "docs" / "simulate.md").read_text(encoding="utf-8")
    for cause, meaning in MEANING.items():
        amount = f"{meaning.amount:g} {meaning.unit}" if meaning.unit else ""
        assert f"| `{cause}` | {meaning.subject.replace('_', ' ')} | {meaning.says} | {amount} |" in documented
