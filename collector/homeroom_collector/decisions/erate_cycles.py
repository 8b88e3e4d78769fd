"""The E-rate budget cycles that come with Homeroom, dated and sourced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from homeroom_collector import strict
from homeroom_collector.rules import money
from homeroom_collector.rules.erate import Cycle

_CYCLES = Path(__file__).with_name("data") / "erate.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """One cycle as the file has it."""

    first_year: int
    last_year: int
    per_student: Decimal
    floor: Decimal
    basis: Literal["site", "district"]
    dated: date
    source: str


def cycles() -> tuple[Cycle, ...]:
    """All cycles, oldest first."""
    return tuple(
        Cycle(
            first_year=each.first_year,
            last_year=each.last_year,
            per_student_cents=money.exact(each.per_student),
            floor_cents=money.exact(each.floor),
            pooled=each.basis == "district",
            source=each.source,
        )
        for each in strict.load(list[_Published], _CYCLES)
    )
