"""The district's policies out of its files: what it holds devices to, and how it plans."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.decisions import refresh_settings, standards_settings
from homeroom_collector.decisions.standards_settings import Minimum
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.strict import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What the district decided: its minimum, its refresh plan, its fiscal year, and when silence is too long."""

    minimum: Minimum
    refresh: RefreshPolicy
    years: FiscalYears
    silent_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSettings:
    """Minimum standards and the refresh plan as YAML files; None lives by what is built in.

    ``fiscal_year_start`` is the first day of the district's fiscal year, month and day. A device not heard for
    ``silent_days`` is in a closet. ``every`` is how often the running collector works everything out anew.
    """

    standards: Path | None = None
    refresh: Path | None = None
    fiscal_year_start: str = "07-01"
    silent_days: int = 60
    every: Seconds = 900.0

    def fiscal_years(self) -> FiscalYears:
        """The district's fiscal years. Raises ValueError for a day that is not in every year."""
        month, _, day = self.fiscal_year_start.partition("-")
        return FiscalYears(int(month), int(day))

    def policies(self) -> Policies:
        """Read the files. Raises ConfigError with everything that is wrong."""
        return Policies(
            minimum=standards_settings.load(self.standards),
            refresh=refresh_settings.load(self.refresh),
            years=self.fiscal_years(),
            silent_days=self.silent_days,
        )


def problems(settings: DecisionSettings) -> list[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    found = []
    try:
        settings.fiscal_years()
    except ValueError:
        found.append(f"decisions.fiscal_year_start: {settings.fiscal_year_start!r} is not a day; write 07-01")
    if settings.silent_days < 1:
        found.append("decisions.silent_days: must be at least 1")
    if settings.every <= 0:
        found.append("decisions.every: must be more than 0")
    return found
