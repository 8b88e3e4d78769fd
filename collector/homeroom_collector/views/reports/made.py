"""Writing a report: each part in a sentence or two that a principal can read aloud, and a chart where one helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from homeroom_collector.rules.asset import WORKING
from homeroom_collector.rules.refresh import Line
from homeroom_collector.rules.verdict import Verdict
from homeroom_collector.views.charts import Bars, bars
from homeroom_collector.views.pages import figures
from homeroom_collector.views.pages.words import many, percent
from homeroom_collector.views.reports.facts import Facts

_MOST_BARS = 12
_EVENTS = {
    "enrolled": "new device", "reenrolled": "set up again", "moved": "moved to another school",
    "cloned": "key found on two machines",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its heading, its sentences, a chart or none, and a small table or none."""

    title: str
    sentences: list[str]
    chart: Bars | None = None
    rows: Sequence[tuple[str, ...]] = ()
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report ready to be laid out."""

    title: str
    period: str
    today: str
    parts: list[Part]


def made(facts: Facts) -> Report:
    """Write the report."""
    makers: tuple[Callable[[Facts], Part], ...] = (
        _attendance, _network, _bandwidth, _problems, _repairs, _standards, _refresh, _changes,
    )  # fmt: skip
    name = facts.school.name if facts.school else "The district"
    today = f"{facts.board.today.day} {facts.board.today:%B %Y}"
    return Report(name, facts.period.name, today, [make(facts) for make in makers])


def _computers(facts: Facts) -> int:
    return sum(
        known.asset.state in WORKING and facts.concerns(known.asset.school_id) and known.measured.gear is None
        for known in facts.board.district.devices
    )


def _attendance(facts: Facts) -> Part:
    days = [day for day in facts.attended if not facts.taught or day.day in facts.taught]
    total = _computers(facts)
    if not days or not total:
        return Part("Attendance of devices", ["No computer was heard of in this time."])
    usual = fmean(day.computers for day in days)
    best = max(days, key=lambda day: day.computers)
    sentences = [
        f"On a usual school day {round(usual)} of {many(total, 'computer')} were in use ({percent(usual / total)}).",
        f"The most were in use on {_day(best.day)}: {best.computers}.",
    ]
    step = -(-len(days) // _MOST_BARS)
    chart = bars(
        f"Computers in use, by school day, of all {total:,}",
        [(_day(day.day), float(day.computers)) for day in days[::step]],
        say=lambda value: f"{value:,.0f}",
        limit=float(total),
    )
    return Part("Attendance of devices", sentences, chart)


def _day(number: int) -> str:
    return f"{number // 100 % 100}/{number % 100}"


def _network(facts: Facts) -> Part:
    polls = sum(day.polls for day in facts.attended)
    if not polls:
        return Part("The network", ["No network gear was asked in this time."])
    ratio = sum(day.answered for day in facts.attended) / polls
    return Part(
        "The network", [f"Switches, access points and other gear answered {percent(ratio)} of {polls:,} polls."]
    )


def _bandwidth(facts: Facts) -> Part:
    district = facts.board.district
    schools = [school for school in district.schools if facts.concerns(school.school_id)]
    need = facts.board.policies.minimum.school.mbps_per_student
    sentences, values = [], []
    for school in schools:
        paid, students = school.bandwidth_contracted_bps, school.enrollment_students
        busy = district.lines.busy_bps.get(school.school_id)
        if paid is None:
            continue
        values.append((school.name, float(paid)))
        text = f"{school.name} pays for {figures.rate(paid)}"
        if busy is not None:
            text += f"; in lessons the line carries up to {figures.rate(busy)}"
        if need is not None and students:
            wanted = need * students * 1e6
            text += f"; its {students:,} students need {figures.rate(wanted)}"
            text += ", which is more than is paid for" if wanted > paid else ""
        sentences.append(text + ".")
    if not sentences:
        return Part("Bandwidth", ["What the line carries and what is paid for is not known."])
    chart = bars("Bandwidth that is paid for", values[:_MOST_BARS], say=figures.rate) if len(values) > 1 else None
    return Part("Bandwidth", sentences if len(sentences) <= _MOST_BARS else sentences[:_MOST_BARS], chart)


def _problems(facts: Facts) -> Part:
    found = [problem for problem in facts.problems if facts.concerns(problem["school_id"])]
    if not found:
        return Part("Problems", ["Nothing went wrong that needed somebody."])
    kinds = Counter(problem["kind"].replace("_", " ") for problem in found)
    still = sum(problem["state"] != "closed" for problem in found)
    sentence = f"{many(len(found), 'problem')} began in this time, {still} of them still open."
    rows = [(kind, f"{count:,}") for kind, count in kinds.most_common(_MOST_BARS)]
    return Part("Problems", [sentence], rows=rows, header=("Kind", "How many"))


def _repairs(facts: Facts) -> Part:
    period, began, days = facts.period, 0, []
    for known in facts.board.district.devices:
        if not facts.concerns(known.asset.school_id):
            continue
        for repair in facts.board.district.repairs.get(known.asset.name, ()):
            began += period.first <= repair.began_on <= period.last
            if repair.ended_on is not None and period.first <= repair.ended_on <= period.last:
                days.append(repair.days(facts.board.today))
    if not began and not days:
        return Part("Repairs", ["No device went into repair or came back."])
    took = f" They took {fmean(days):.0f} days on average." if days else ""
    return Part("Repairs", [f"{many(began, 'device')} went into repair, {many(len(days), 'device')} came back.{took}"])


def _standards(facts: Facts) -> Part:
    judged = [each for each in facts.board.verdicts if facts.concerns(each.asset.school_id)]
    counts = Counter(each.verdict for each in judged)
    fit, unfit, unknown = counts[Verdict.PASS], counts[Verdict.FAIL], counts[Verdict.UNKNOWN]
    if not fit + unfit:
        return Part("Fit for its work", ["No device could be held to the district's minimum yet."])
    sentences = [
        f"{fit} of {many(fit + unfit, 'device')} meet the district's minimum ({percent(fit / (fit + unfit))})."
    ]
    if unknown:
        sentences.append(f"{many(unknown, 'device')} cannot be judged yet, and count as neither.")
    rules = Counter(reason.rule for each in judged for reason in each.those(Verdict.FAIL))
    rows = [(rule, f"{count:,}") for rule, count in rules.most_common(8)]
    return Part("Fit for its work", sentences, rows=rows, header=("What is missed", "Devices") if rows else ())


def _refresh(facts: Facts) -> Part:
    lines = [line for line in facts.board.plan.lines if line.buys and facts.concerns(line.asset.school_id)]
    if not lines:
        return Part("What is due", ["Nothing has to be bought within the plan."])
    years = facts.board.plan.horizon.all
    sums = {year: sum(line.cents or 0 for line in lines if line.year == year) for year in years}
    first = [line for line in lines if line.year == years[0]]
    sentences = [f"{many(len(lines), 'purchase')} are due by {years[-1]}.", *_first_year(first, years[0])]
    if waiting := sum(line.waits for line in lines):
        sentences.append(f"{many(waiting, 'purchase')} cannot be paid for within the plan.")
    chart = bars(
        "Cost by fiscal year",
        [(str(year), cents / 100) for year, cents in sums.items()],
        say=lambda dollars: f"${dollars:,.0f}",
    )
    return Part("What is due", sentences, chart)


def _first_year(lines: list[Line], year: int) -> Iterator[str]:
    if lines:
        cost = sum(line.cents or 0 for line in lines) / 100
        yield f"In fiscal year {year}: {many(len(lines), 'purchase')} for ${cost:,.0f}."


def _changes(facts: Facts) -> Part:
    kinds = Counter(_EVENTS.get(event["kind"], event["kind"]) for event in facts.events)
    if not kinds:
        return Part("What changed", ["No device came, moved or was set up again."])
    rows = [(kind, f"{count:,}") for kind, count in kinds.most_common()]
    return Part(
        "What changed", [f"{many(sum(kinds.values()), 'change')} of devices."], rows=rows, header=("What", "Devices")
    )
