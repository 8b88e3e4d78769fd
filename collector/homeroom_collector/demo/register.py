"""The pretended district's register of devices, as a file of an inventory system, imported as any other.

One laptop of the register never reports, and one that reports stands in it for another school, so that there is
something to reconcile.
"""

from __future__ import annotations

import csv
from pathlib import Path

from homeroom_collector.config import load
from homeroom_collector.simulate import gear_words
from homeroom_collector.simulate.district import District, Gear, Laptop
from homeroom_collector.sources import devices_csv
from homeroom_collector.sources.asset_fields import Mapped
from homeroom_collector.store import importing, open_store, schools

_HEADER = (
    "asset_tag", "serial", "manufacturer", "model", "platform", "school_id", "grade_band", "room", "assignment",
    "purchase_date", "cost", "state", "support_end", "erate_year",
)  # fmt: skip
_SOURCE = "demo inventory"
_COSTS = {"switch": "1899.00", "router": "8999.00", "access_point": "599.00", "ups": "699.00", "printer": "429.00"}


def write_register(district: District, path: Path) -> None:
    """Write the file."""
    schools_of = [school.school_id for school in district.schools]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        rows.writerows(_row(laptop, laptop.school_id, number) for number, laptop in enumerate(district.laptops[1:]))
        if district.laptops:
            rows.writerow(_row(district.laptops[0], schools_of[-1], 0))
        rows.writerow(
            ("LIN-0999", "NO19999999", "Northfield", "Classbook 11 G1", "linux", schools_of[0], "3-5", "closet",
             "cart", "2019-08-01", "289.00", "in_use", "", "")
        )  # fmt: skip
        rows.writerows(_gear_row(gear) for gear in district.gear)


def _row(laptop: Laptop, school_id: str, number: int) -> tuple[str, ...]:
    model = laptop.model
    return (
        laptop.asset_tag,
        laptop.serial,
        model.manufacturer,
        model.model,
        model.platform,
        school_id,
        laptop.grade_band,
        str(101 + number % 12),
        "staff" if model.bought >= 2025 else "one_to_one",
        f"{model.bought}-08-01",
        f"{model.price_cents / 100:.2f}",
        "in_use",
        "",
        "",
    )


def _gear_row(gear: Gear) -> tuple[str, ...]:
    year = 2019 + gear.number % 5
    return (
        f"NET-{gear.number + 1:03d}",
        gear_words.serial(gear),
        gear_words.maker(gear),
        gear_words.model(gear),
        "",
        gear.school_id,
        "",
        "wiring closet",
        "infrastructure",
        f"{year}-07-15",
        _COSTS[gear.kind],
        "in_use",
        f"{year + 10}-06-30",
        str(year) if gear.kind in ("switch", "access_point") else "",
    )


async def import_register(config: Path, path: Path) -> None:
    """Import the file, as ``homeroom import devices`` does. Raises StoreUnavailableError."""
    async with open_store(load(config).store.url) as store:
        parsed = devices_csv.read(path, Mapped(), await store.read(schools.listed))
        await importing.bring_in(store, parsed.rows, _SOURCE, overwrite=True)
