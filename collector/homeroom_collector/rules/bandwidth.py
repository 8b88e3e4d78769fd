"""How much bandwidth a school needs for its students. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthPolicy:
    """Bandwidth that each student needs, in megabits per second.

    The default is the target of the FCC's E-Rate Modernization Order (FCC 14-99, 2014), which took it from SETDA's
    "The Broadband Imperative" (2012): 1 Gbit/s for 1,000 users.
    """

    megabits_per_student: float = 1.0


def needed_bps(enrollment_students: int | None, policy: BandwidthPolicy) -> float | None:
    """Bits per second that a school's line should have; None where its enrolment is not known."""
    return None if enrollment_students is None else enrollment_students * policy.megabits_per_student * 1e6
