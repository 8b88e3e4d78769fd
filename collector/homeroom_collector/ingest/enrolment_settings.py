"""The ``enrolment`` section of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from homeroom_collector.rules.admission import AcceptRule, AdmissionPolicy, Quarantine
from homeroom_collector.store.devices import InUse
from homeroom_collector.strict import Seconds

Contested = Literal["note", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentSettings:
    """How devices are let in.

    ``keys_per_device``: profiles of a Chromebook, an agent in its Linux container and virtual machines with one serial
    number each have a key of their own; beyond so many the oldest ends, and who had it enrols again. Laptops whose key
    is older than ``key_lifetime`` are asked to renew it; None: never. ``contested``: whether whoever enrols under the
    serial number of a laptop that another reports for, and did within ``in_use``, is noted or refused. ``quarantine``
    and ``accept``: see :class:`AdmissionPolicy`.
    """

    keys_per_device: int = 8
    key_lifetime: Seconds | None = 180 * 86_400.0
    in_use: Seconds = 900.0
    contested: Contested = "note"
    quarantine: Quarantine = "chromebooks"
    accept: list[AcceptRule] = field(default_factory=list)

    def protection(self) -> InUse:
        """As the register of devices wants it."""
        return InUse(seconds=self.in_use, refuse=self.contested == "refuse")

    def policy(self, *, google_is_read: bool) -> AdmissionPolicy:
        """As the rules want it."""
        return AdmissionPolicy(quarantine=self.quarantine, google_is_read=google_is_read, accept=tuple(self.accept))


def problems(settings: EnrolmentSettings) -> Iterator[str]:
    """What is out of bounds, with its dotted path."""
    if not 1 <= settings.keys_per_device <= 64:
        yield "enrolment.keys_per_device: must be 1 to 64"
    if settings.key_lifetime is not None and settings.key_lifetime <= 0:
        yield "enrolment.key_lifetime: must be more than 0, or null for keys that are good for ever"
    for index, rule in enumerate(settings.accept):
        if rule == AcceptRule():
            yield f"enrolment.accept[{index}]: fits every device; set quarantine to nobody instead"
