"""The files that a pretended district would have: schools, calendar, register, targets; and the truth beside them.

All but ``truth.csv`` are ordinary files, of the kind that a district writes, so that every command works on them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from homeroom_collector.simulate import gear_words as words
from homeroom_collector.simulate.chance import between
from homeroom_collector.simulate.district import District, Gear, Laptop
from homeroom_collector.simulate.responder import address, community
from homeroom_collector.simulate.world import World

_WARRANTY_YEARS = 3
_GEAR_CENTS = {"switch": 189_900, "router": 899_900, "access_point": 59_900, "ups": 69_900, "printer": 42_900}
_COLUMNS = (
    "asset_tag", "serial", "manufacturer", "model", "platform", "school_id", "grade_band", "assignment",
    "purchase_date", "cost", "funding_source", "warranty_end", "support_end", "state", "erate_year",
)  # fmt: skip


def write(world: World, folder: Path, *, snmp_port: int) -> None:
    """Write all of them into a folder, over those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    district = world.district
    _write_csv(folder / "schools.csv", _school_columns(), _schools(district))
    _write_csv(folder / "devices.csv", _COLUMNS, [*_computers(district), *_gear(district)])
    _write_csv(folder / "truth.csv", ("cause", "subject", "school_id", "start", "end", "amount"), _truth(world))
    # JSON is YAML; these are read by programs first.
    _write_json(folder / "calendar.yml", world.years.document())
    _write_json(folder / "targets.yml", [target(gear, snmp_port) for gear in district.gear])


def credentials(district: District) -> list[dict[str, str]]:
    """The ``snmp.credentials`` with which the gear is asked."""
    names = dict.fromkeys(community(gear) for gear in district.gear)
    return [{"name": name, "version": "2c", "community": name} for name in names]


def target(gear: Gear, port: int) -> dict[str, object]:
    """One line of ``snmp.targets``."""
    found: dict[str, object] = {
        "name": gear.name,
        "host": address(gear),
        "port": port,
        "school": gear.school_id,
        "kind": gear.kind,
        "credentials": community(gear),
    }
    leads_out = gear.uplink.startswith("wan-") if gear.uplink else gear.kind == "switch"
    if leads_out:
        found["wan"] = [f"1/{gear.ports}"]
    return found


def _school_columns() -> tuple[str, ...]:
    return ("school_id", "name", "level", "grades", "enrollment_students", "bandwidth_contracted_mbps", "networks")


def _schools(district: District) -> Iterator[Sequence[object]]:
    for s in district.schools:
        mbps = s.bandwidth_bps // 1_000_000
        yield s.school_id, s.name, s.level, s.grades, s.enrollment_students, mbps, s.network


def _computers(district: District) -> Iterator[Sequence[object]]:
    for laptop in district.laptops:
        model = laptop.model
        yield (
            laptop.asset_tag, laptop.serial, model.manufacturer, model.model, model.platform, laptop.school_id,
            laptop.grade_band, laptop.assignment, _bought(district.seed, laptop), f"{model.price_cents / 100:.2f}",
            "general fund", date(model.bought + _WARRANTY_YEARS, 8, 1), model.support_end, "in_use", "",
        )  # fmt: skip


def _bought(seed: int, laptop: Laptop) -> date:
    return date(laptop.model.bought, 6, 1 + int(between(0, 30, seed, 70, laptop.number)))


def _gear(district: District) -> Iterator[Sequence[object]]:
    for gear in district.gear:
        year = 2016 + int(between(0, 10, district.seed, 71, gear.number))
        yield (
            f"N{100_000 + gear.number}", words.serial(gear), words.maker(gear), words.model(gear), "", gear.school_id,
            "", "infrastructure", date(year, 9, 1), f"{_GEAR_CENTS[gear.kind] / 100:.2f}", "E-rate Category Two",
            date(year + 5, 9, 1), "", "in_use", year,
        )  # fmt: skip


def _truth(world: World) -> Iterator[Sequence[object]]:
    for fault in world.faults.all:
        start, end = (datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") for at in (fault.start, fault.end))
        yield fault.cause.value, fault.subject, fault.school_id, start, end, fault.amount


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def _write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
