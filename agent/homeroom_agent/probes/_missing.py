"""Reasons for facts that a probe could not give."""

from __future__ import annotations

from collections.abc import Iterable

from homeroom_agent.report import Unavailable


def missing(section: str, facts: object, names: Iterable[str], reason: str) -> list[Unavailable]:
    """One entry for each of the named facts that is None."""
    return [
        Unavailable(path=f"{section}.{name}"[:96], reason=reason[:160])
        for name in names
        if getattr(facts, name) is None
    ]
