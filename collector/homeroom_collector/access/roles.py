"""Who somebody is to Homeroom: roles, and the schools that each role is held for. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Schools = frozenset[str] | None
"""Ids of schools; None is the whole district."""


class Role(StrEnum):
    """What somebody may do. Scraper and alerts are for programs only."""

    ADMIN = "admin"
    TECHNICIAN = "technician"
    HELP_DESK = "help_desk"
    SCHOOL_STAFF = "school_staff"
    VIEWER = "viewer"
    SCRAPER = "scraper"
    ALERTS = "alerts"


PEOPLE = frozenset({Role.ADMIN, Role.TECHNICIAN, Role.HELP_DESK, Role.SCHOOL_STAFF, Role.VIEWER})
RESPONDERS = frozenset({Role.ADMIN, Role.TECHNICIAN, Role.HELP_DESK})
OPERATORS = frozenset({Role.ADMIN, Role.TECHNICIAN})
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role for some schools."""

    role: Role
    schools: Schools = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody, or a program, who has shown who they are. ``method`` says how."""

    name: str
    method: str
    grants: tuple[Grant, ...]

    def schools_for(self, roles: frozenset[Role]) -> Schools:
        """Schools for which at least one of the roles is held; empty where none is."""
        found: set[str] = set()
        for grant in self.grants:
            if grant.role in roles:
                if grant.schools is None:
                    return None
                found |= grant.schools
        return frozenset(found)


def encode(grants: Iterable[Grant]) -> str:
    """Write grants as JSON, for the store."""
    return json.dumps([[grant.role, None if grant.schools is None else sorted(grant.schools)] for grant in grants])


def decode(text: str) -> tuple[Grant, ...]:
    """Read what :func:`encode` wrote."""
    return tuple(
        Grant(Role(role), None if schools is None else frozenset(schools)) for role, schools in json.loads(text)
    )
