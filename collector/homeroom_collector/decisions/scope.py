"""Whose answers somebody may read: the whole district's, or those of some schools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """``schools`` None is the whole district. What belongs to no school is the district's alone."""

    schools: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """Whether everything may be read."""
        return self.schools is None

    def sees(self, school_id: str) -> bool:
        """Whether what belongs to a school may be read."""
        return self.schools is None or school_id in self.schools

    def only(self, school_id: str | None) -> Scope:
        """This scope, narrowed to one school where one is asked for; never widened."""
        if school_id is None:
            return self
        return Scope(frozenset({school_id}) if self.sees(school_id) else frozenset())


WHOLE = Scope()


def of_schools(school_ids: Iterable[str]) -> Scope:
    """The scope of staff of some schools."""
    return Scope(frozenset(school_ids))
