"""What a report is made from, read before: nothing here asks a store or a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from homeroom_collector.decisions.board import Board
from homeroom_collector.model import School
from homeroom_collector.store.attendance import Attended
from homeroom_collector.views.reports.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``school`` None is the whole district. ``taught`` are its days with instruction, as the history numbers them.

    ``events`` happened to its devices in the period; ``problems`` opened in it.
    """

    period: Period
    board: Board
    school: School | None
    attended: Sequence[Attended] = ()
    taught: frozenset[int] = frozenset()
    events: Sequence[dict[str, Any]] = field(default_factory=list)
    problems: Sequence[dict[str, Any]] = field(default_factory=list)

    @property
    def school_id(self) -> str | None:
        """The school's id, None for the district."""
        return self.school.school_id if self.school else None

    def concerns(self, school_id: str) -> bool:
        """Whether something of a school belongs into this report."""
        return self.school is None or self.school.school_id == school_id
