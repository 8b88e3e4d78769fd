"""Who may call what: roles, sessions, API tokens, and the declaration that every route carries."""

from homeroom_collector.access.need import (
    DEVICE,
    OPEN,
    VISITOR,
    Admitted,
    admitted,
    monitoring,
    requires,
    role,
)
from homeroom_collector.access.roles import ADMINS, OPERATORS, PEOPLE, RESPONDERS, Role

__all__ = [
    "ADMINS",
    "DEVICE",
    "OPEN",
    "OPERATORS",
    "PEOPLE",
    "RESPONDERS",
    "VISITOR",
    "Admitted",
    "Role",
    "admitted",
    "monitoring",
    "requires",
    "role",
]
