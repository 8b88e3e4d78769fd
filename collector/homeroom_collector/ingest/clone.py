"""Two machines with one key: a disk was copied, and both copies report as the same device. Pure.

A laptop's own agent notices a copied disk by the machine's serial number. Where the firmware gives none, or the agent
cannot read it, what arrives gives the copies away.
"""

from __future__ import annotations

from homeroom_agent.report import Report

ON_DEVICES = frozenset({"agent", "extension"})
"""Sources that run on the device itself, with a key of their own."""

_TOLERATED_SECONDS = 30.0


def is_anothers(report: Report, received_at: float, heard_at: float | None) -> bool:
    """Whether a report, whose number was taken before, is not a repetition but another machine's.

    A repetition was measured before its number was first taken, hence before ``heard_at``, when the device was last
    heard (our clock). Age is told by the sender's clock alone, so a wrong clock does not matter; what has no age, or
    one below zero as after a leap of that clock, proves nothing.
    """
    if report.source not in ON_DEVICES or report.sent_at is None or heard_at is None:
        return False
    age = report.sent_at - report.measured_at
    return age >= 0 and received_at - age > heard_at + _TOLERATED_SECONDS


def is_another_machine(registered: str | None, said: str | None) -> bool:
    """Whether two serial numbers, both usable, name two machines."""
    return bool(registered and said) and str(registered).casefold() != str(said).casefold()
