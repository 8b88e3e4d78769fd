"""The sections ``digests`` and ``reports``: who is written to by itself, when, and of what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from homeroom_collector.mail import MailSettings
from homeroom_collector.mail.settings import Address
from homeroom_collector.strict import Clock, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningSettings:
    """A technician, and the schools he looks after; none is all."""

    to: Address
    schools: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSchool:
    """Somebody at a school."""

    school: str
    to: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """On days of school, from ``at`` on the school's own clock. Weekly ones come a week after the last."""

    at: Clock = time(6, 30)
    morning: list[MorningSettings] = field(default_factory=list)
    weekly: list[AtSchool] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """A school's month and the district's quarter, on the first day after it from ``at`` on the district's clock.

    One that could not be sent then is sent within ``late``. ``pdf`` auto attaches one where it can be made.
    """

    at: Clock = time(7)
    late: Seconds = 7 * 86_400.0
    pdf: Literal["auto", "always", "never"] = "auto"
    monthly: list[AtSchool] = field(default_factory=list)
    quarterly: list[Address] = field(default_factory=list)


def problems(digests: DigestSettings, reports: ReportSettings, mail: MailSettings) -> Iterator[str]:
    """Everything that is wrong with well-typed sections, each with its dotted path."""
    if mail.host is None:
        for name, written in (
            ("digests", [*digests.morning, *digests.weekly]),
            ("reports", [*reports.monthly, *reports.quarterly]),
        ):
            if written:
                yield f"mail.host: missing; the server that {name} are sent by"
    if reports.late <= 0:
        yield "reports.late: must be more than 0"


def unknown_schools(digests: DigestSettings, reports: ReportSettings, known: Collection[str]) -> Iterator[str]:
    """Schools that are written to and that nobody knows."""
    for index, technician in enumerate(digests.morning):
        for school in technician.schools:
            if school not in known:
                yield f"digests.morning[{index}].schools: there is no school {school!r}"
    for path, entries in (("digests.weekly", digests.weekly), ("reports.monthly", reports.monthly)):
        for index, each in enumerate(entries):
            if each.school not in known:
                yield f"{path}[{index}].school: there is no school {each.school!r}"
