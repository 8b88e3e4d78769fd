"""Turn a profile's rules into the facts of a report: one function per section. Pure, over ``Answers``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from homeroom_agent.report.network import PoeGroup, Pool, Printer, Processor, Sensor, Supply, Ups, Wireless
from homeroom_collector.snmp.knowledge.answers import Answers
from homeroom_collector.snmp.knowledge.numbers import Row, cell, measure, rows, single
from homeroom_collector.snmp.knowledge.schema import (
    Limits,
    Number,
    PoeRule,
    PoolRule,
    PrinterRule,
    ProcessorRule,
    SensorRule,
    States,
    SupplyRule,
    Truth,
    UpsRule,
    WirelessRule,
)
from homeroom_collector.snmp.knowledge.values import matches
from homeroom_collector.snmp.session import Value

_DEFAULT_UNITS = {
    "temperature": "celsius",
    "dew_point": "celsius",
    "humidity": "percent",
    "fan_speed": "rpm",
    "voltage": "volts",
    "current": "amperes",
    "power": "watts",
    "apparent_power": "volt_amperes",
    "energy": "watt_hours",
    "power_factor": "ratio",
    "frequency": "hertz",
    "load": "percent",
    "charge": "percent",
    "runtime": "seconds",
    "signal": "dbm",
    "state": "enum",
    "count": "count",
    "airflow": "liters_per_second",
    "pressure": "pascals",
    "distance": "meters",
}
_MOST_WATTS, _MOST_VOLTS, _MOST_SECONDS = 1_000_000, 100_000, 1e9
# A sensor that is absent often reads as an impossible number; no school is this cold, this hot or this wet.
_POSSIBLE = {"temperature": (-60.0, 300.0), "humidity": (0.0, 1.0), "charge": (0.0, 1.01), "load": (0.0, 10.0)}


class _Alternative(Protocol):
    """A rule that may be one of several ways to the same facts."""

    @property
    def either(self) -> str | None: ...


R = TypeVar("R", bound=_Alternative)
F = TypeVar("F")


def _collect(rules: Sequence[R], answers: Answers, read: Callable[[R], Iterable[F | None]]) -> list[F]:
    """Read all rules; of those with the same ``either`` only the first that finds anything.

    While an earlier one still waits for its answer the later ones are not run, so that they ask for nothing.
    """
    found: list[F] = []
    settled: set[str] = set()
    for rule in rules:
        if rule.either is not None and rule.either in settled:
            continue
        before = len(answers.wanted_columns) + len(answers.wanted_scalars)
        facts = [fact for fact in read(rule) if fact is not None]
        waits = len(answers.wanted_columns) + len(answers.wanted_scalars) > before
        if rule.either is not None and (facts or waits):
            settled.add(rule.either)
        found += facts
    return found


def sensors(rules: Sequence[SensorRule], answers: Answers) -> list[Sensor]:
    """Give every sensor of every rule."""
    return _collect(rules, answers, lambda rule: (_sensor(rule, row) for row in rows(rule, answers)))


def _sensor(rule: SensorRule, row: Row) -> Sensor | None:
    done = measure(rule, row, _DEFAULT_UNITS[rule.kind])
    if rule.kind != "state" and (done is None or not _possible(rule.kind, done[0])):
        return None
    value, unit = done if done is not None else (None, "enum")
    return Sensor(
        index=f"{rule.oid}.{row.index}"[-128:],
        kind=rule.kind,
        description=row.fill(rule.description)[:255],
        value=None if value is None else round(value, 6),
        unit=unit,
        status=_status(rule, row, value),
    )


def _possible(kind: str, value: float) -> bool:
    low, high = _POSSIBLE.get(kind, (float("-inf"), float("inf")))
    return low <= value <= high


def _status(rule: SensorRule, row: Row, value: float | None) -> str:
    if rule.states is not None:
        raw = row.raw if rule.states.of is None else row.look(rule.states.of)
        return "unknown" if raw is None else meaning(rule.states, raw)
    return "unknown" if rule.limits is None or value is None else judge(rule.limits, value)


def meaning(states: States, raw: Value) -> str:
    """Say what a device's own state value means; the worst reading wins where a value is listed twice."""
    for name in ("critical", "warning", "ok", "unknown"):
        if matches(raw, getattr(states, name)):
            return name
    return states.otherwise


def judge(limits: Limits, value: float) -> str:
    """Hold a finished value against fixed bounds."""
    if _outside(value, limits.critical_below, limits.critical_above):
        return "critical"
    return "warning" if _outside(value, limits.warning_below, limits.warning_above) else "ok"


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def processors(rules: Sequence[ProcessorRule], answers: Answers) -> list[Processor]:
    """Give every processor; usage is held to 0..1, as agents round past it."""
    return _collect(rules, answers, lambda rule: (_processor(rule, row) for row in rows(rule, answers)))


def _processor(rule: ProcessorRule, row: Row) -> Processor | None:
    done = measure(rule, row, "percent")
    if done is None or not -0.01 <= done[0] <= 1.5:
        return None
    ratio = round(min(max(done[0], 0.0), 1.0), 6)
    return Processor(index=row.index[-128:], description=row.fill(rule.description)[:255], usage_ratio=ratio)


def pools(rules: Sequence[PoolRule], answers: Answers) -> list[Pool]:
    """Give every memory pool or storage area of which at least a share is known."""
    return _collect(rules, answers, lambda rule: (_pool(rule, row) for row in _pool_rows(rule, answers)))


def _pool_rows(rule: PoolRule, answers: Answers) -> Iterator[Row]:
    """Rows come from the first part that is a column; the rest is looked up at their index."""
    for part in (rule.percent, rule.used, rule.free, rule.total):
        if part is not None:
            for row in rows(replace(part, skip=(), columns={**rule.columns, **part.columns}), answers):
                if row.holds(rule.when, rule.unless):
                    yield row
            return


def _pool(rule: PoolRule, row: Row) -> Pool | None:
    total, used, free = (cell(part, row, rule.unit) for part in (rule.total, rule.used, rule.free))
    share = cell(rule.percent, row, "percent")
    if total is None and used is not None and free is not None:
        total = used + free
    if used is None and total is not None and free is not None:
        used = total - free
    if used is None and total is not None and share is not None:
        used = total * share
    if share is None and used is not None and total:
        share = used / total
    if share is None or not -0.01 <= share <= 1.5 or (total is not None and total <= 0):
        return None
    return Pool(
        index=row.index[-128:],
        description=row.fill(rule.description)[:255],
        total_bytes=None if total is None else round(total),
        used_bytes=None if used is None or used < 0 else round(used),
        usage_ratio=round(min(max(share, 0.0), 1.0), 6),
    )


def poe(rules: Sequence[PoeRule], answers: Answers) -> list[PoeGroup]:
    """Give every Power over Ethernet group that has a budget or a use."""
    found = []
    for rule in rules:
        first = rule.budget or rule.used
        for row in rows(first, answers) if first is not None else ():
            budget, used, free = (cell(part, row, rule.unit) for part in (rule.budget, rule.used, rule.free))
            if used is None and budget is not None and free is not None:
                used = budget - free
            if budget or used:
                found.append(
                    PoeGroup(
                        index=row.index[-64:],
                        budget_watts=_between(budget, _MOST_WATTS),
                        used_watts=_between(used, _MOST_WATTS),
                    )
                )
    return found


def _between(value: float | None, most: float) -> float | None:
    return round(value, 6) if value is not None and 0 <= value <= most else None


def ups(rule: UpsRule | None, answers: Answers) -> Ups | None:
    """Give the UPS section, or None where the device says nothing of it."""
    if rule is None:
        return None
    facts = Ups(
        battery_charge_ratio=_bounded(single(rule.battery_charge, answers, "percent"), 1.0),
        battery_runtime_seconds=_between(single(rule.battery_runtime, answers, "seconds"), _MOST_SECONDS),
        output_load_ratio=_bounded(single(rule.output_load, answers, "percent"), 10.0),
        input_volts=_between(single(rule.input_volts, answers, "volts"), _MOST_VOLTS),
        on_battery=_truth(rule.on_battery, answers),
        replace_battery=_truth(rule.replace_battery, answers),
    )
    return None if facts == Ups() else facts


def _bounded(value: float | None, most: float) -> float | None:
    return None if value is None or value < 0 else round(min(value, most), 6)


def _truth(rule: Truth | None, answers: Answers) -> bool | None:
    if rule is None:
        return None
    found = list(rows(Number(oid=rule.oid, row=rule.row), answers))
    return any(row.raw is not None and matches(row.raw, rule.values) for row in found) if found else None


def printer(rule: PrinterRule | None, answers: Answers) -> Printer | None:
    """Give what the maker's own objects say of a printer, or None where they say nothing."""
    if rule is None:
        return None
    pages = single(rule.page_count, answers, "count")
    supplies = [supply for part in rule.supplies for row in rows(part, answers) if (supply := _supply(part, row))]
    if pages is None and not supplies:
        return None
    return Printer(page_count_total=None if pages is None or pages < 0 else round(pages), supplies=supplies)


def _supply(rule: SupplyRule, row: Row) -> Supply | None:
    by_capacity = replace(rule, divide_by=rule.capacity, unit="ratio") if rule.capacity else rule
    done = measure(by_capacity, row, "percent")
    if done is None or not 0 <= done[0] <= 1:
        return None
    return Supply(
        index=row.index[-64:],
        description=row.fill(rule.description)[:255],
        kind=rule.kind,
        level_ratio=round(done[0], 6),
    )


def wireless(rule: WirelessRule | None, answers: Answers) -> Wireless | None:
    """Give counts of access points and clients, or None where neither is known."""
    if rule is None:
        return None
    access_points, clients = (_count(single(part, answers, "count")) for part in (rule.access_points, rule.clients))
    return None if access_points is None and clients is None else Wireless(access_points=access_points, clients=clients)


def _count(value: float | None) -> int | None:
    return None if value is None or value < 0 else round(value)
