"""SMART attributes of ATA drives (SFF-8035i) as smartctl names them, and what each maker means by them.

A normalised value counts down from 100, 200 or 253; the raw value is the maker's own and may pack several numbers
into 48 bits, which smartctl takes apart in the attribute's raw *string*: ``2725 (151 234 0)``. Which attribute tells
the life of a flash drive, and whether by its value or by its raw, was read from the presets of smartmontools' drive
database 7.3; the names here are the database's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from homeroom_agent.parsers.values import whole

# Twenty-two years: more hours are a packed raw value taken for a number.
MOST_HOURS = 200_000
_REALLOCATED, _HOURS, _AIRFLOW, _TEMPERATURE, _PENDING = 5, 9, 190, 194, 197

# Raw value is the percentage that is left.
_LEFT_IN_RAW = frozenset(
    {
        "remaining_lifetime_perc", "lifetime_remaining%", "drivelife_remaining%", "drive_life_remaining%",
        "percent_life_remaining", "pct_life_remaining", "perc_rated_life_remain", "remaining_life", "lifetime_left",
        "ssd_life_left_perc",
    }
)  # fmt: skip
# Raw value is the percentage that is used.
_USED_IN_RAW = frozenset(
    {"percent_lifetime_used", "percent_life_used", "perc_rated_life_used", "drive_life_used%", "drivelife_used%"}
)
# Normalised value is the percentage that is left; Crucial and Micron write the percentage used into the raw.
_LEFT_IN_VALUE = frozenset({"percent_lifetime_remain"})
# Intel's, and the name that smartctl gives to 233 of every drive it does not know: believed of known families only.
_LEFT_IN_VALUE_WHERE_KNOWN = frozenset({"media_wearout_indicator"})
# Makers whose Wear_Leveling_Count counts down with the life; Apple starts at 200 and Silicon Motion counts erasures.
_WEAR_LEVELING_FAMILIES = ("samsung",)
# SSD_Life_Left: SandForce counts the value down and leaves the raw alone, Phison writes the percentage into the raw.
_LIFE_LEFT_IN_VALUE_FAMILIES = ("sandforce",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One row of the table; ``raw`` is the first number of the raw string, None where it is not a number."""

    id: int
    name: str
    value: int | None
    raw: int | None
    raw_text: str
    failing_now: bool = False
    prefailure: bool = False


def raw_number(raw_text: str, raw_value: object = None) -> int | None:
    """First number of the raw string; the raw value itself only where it can be no packed one."""
    if (match := re.match(r"\s*(\d{1,18})(?![0-9a-fx])", raw_text, re.IGNORECASE)) is not None:
        return int(match[1])
    return whole(raw_value, 0, 2**32 - 1)


def reallocated(table: Sequence[Attribute]) -> int | None:
    """Sectors or blocks taken out of service."""
    return _count(_named(table, _REALLOCATED, r"real+oc|retire|bad_?bl"))


def pending(table: Sequence[Attribute]) -> int | None:
    """Sectors that wait for reallocation."""
    return _count(_named(table, _PENDING, r"pending"))


def uncorrected(table: Sequence[Attribute]) -> int:
    """Reads and writes that a magnetic disk gave up: reported to the host (187) or found by its own scan (198)."""
    rows = [_named(table, 187, r"report.*unc"), _named(table, 198, r"offline.*unc")]
    return max((_count(row) or 0 for row in rows), default=0)


def power_on_hours(table: Sequence[Attribute]) -> int | None:
    """Attribute 9, which some makers count in minutes, half minutes or seconds."""
    row = _named(table, _HOURS, r"power_?on|hours")
    if row is None or row.raw is None:
        return None
    divisors = {"half_minutes": 120, "minutes": 60, "seconds": 3600}
    in_hours = re.match(r"\s*\d+\s*h", row.raw_text) is not None
    divisor = 1 if in_hours else next((n for word, n in divisors.items() if word in row.name.lower()), 1)
    return whole(row.raw // divisor, 0, MOST_HOURS)


def temperature(table: Sequence[Attribute]) -> int | None:
    """Attribute 194, else the airflow's 190; the lowest number of the raw is the current one."""
    rows = (_named(table, id_, r"temp") for id_ in (_TEMPERATURE, _AIRFLOW))
    return next((row.raw for row in rows if row is not None and row.raw), None)


def failing(table: Sequence[Attribute]) -> list[str]:
    """Attributes at their threshold now that predict a failure; a past excess of temperature does not."""
    return [f"attribute {row.id} {row.name} is failing now" for row in table if row.failing_now and row.prefailure]


def percent_used(table: Sequence[Attribute], family: str | None, model: str | None) -> int | None:
    """Rated life used of a flash drive, None where no attribute is known to tell it.

    ``family`` is the one of smartctl's database, None for a drive that is not in it.
    """
    for row in table:
        left = _life_left(row, (family or "").lower(), (model or "").lower())
        if left is not None:
            return 100 - left
        if row.name.lower() in _USED_IN_RAW and row.raw is not None and row.raw <= 255:
            return row.raw
    return None


def _life_left(row: Attribute, family: str, model: str) -> int | None:
    name = row.name.lower()
    if name in _LEFT_IN_RAW:
        return whole(row.raw, 0, 100)
    if name == "ssd_life_left":
        return _ssd_life_left(row, family)
    # SanDisk's 230 of the same name packs three figures, none of them documented.
    wearout = name in _LEFT_IN_VALUE_WHERE_KNOWN and row.id == 233 and bool(family or model.startswith("intel"))
    leveling = name == "wear_leveling_count" and row.id == 177 and _is_of(_WEAR_LEVELING_FAMILIES, family, model)
    return whole(row.value, 0, 100) if name in _LEFT_IN_VALUE or wearout or leveling else None


def _is_of(makers: tuple[str, ...], family: str, model: str) -> bool:
    return any(maker in family or model.startswith(maker) for maker in makers)


def _ssd_life_left(row: Attribute, family: str) -> int | None:
    in_raw = row.raw is not None and 1 <= row.raw <= 100 and not any(f in family for f in _LIFE_LEFT_IN_VALUE_FAMILIES)
    return row.raw if in_raw else whole(row.value, 0, 100)


def _named(table: Sequence[Attribute], id_: int, pattern: str) -> Attribute | None:
    """The attribute of that number, if its name says that the maker uses it so ("Not_In_Use" does not)."""
    rows = (row for row in table if row.id == id_ and re.search(pattern, row.name, re.IGNORECASE))
    return next(rows, None)


def _count(row: Attribute | None) -> int | None:
    return None if row is None else row.raw
