"""Whether a device that enrols is let in, or waits until a rule or a person accepts it. Pure.

Whoever has an enrolment token can bring any machine in. What the district's inventories list (Google's register of
Chromebooks, the register of assets) is expected; what they do not list waits in quarantine: its reports are taken and
kept, but it counts nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from homeroom_collector.model import Device, Standing

Quarantine = Literal["chromebooks", "computers", "nobody"]
CHROMEOS = "chromeos"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule:
    """Devices that are let in although no inventory lists them. All that is given must fit; ``*`` stands for any text.

    ``serial`` never fits a device without one, ``model`` never one that does not say it.
    """

    school: str = "*"
    platform: str = "*"
    model: str = "*"
    serial: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionPolicy:
    """Who has to be listed: ``chromebooks`` in Google's register or the assets, all ``computers``, or ``nobody``.

    ``google_is_read``: without Google's register no Chromebook is expected to be listed.
    """

    quarantine: Quarantine = "chromebooks"
    google_is_read: bool = False
    accept: tuple[AcceptRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Where a device stands, and why."""

    standing: Standing
    reason: str


def judge(device: Device, policy: AdmissionPolicy, *, listed: bool) -> Judgement:
    """Judge a device that enrols, or that waits. ``listed``: an inventory names its serial number."""
    if not _must_be_listed(device, policy):
        return Judgement("accepted", "no inventory is expected to list it")
    if listed:
        return Judgement("accepted", "an inventory lists its serial number")
    number = rule_for(device, policy.accept)
    if number is not None:
        return Judgement("accepted", f"enrolment.accept[{number}]")
    named = f"serial number {device.serial}" if device.serial else "it says no serial number"
    return Judgement("quarantined", f"no inventory lists it: {named}")


def rule_for(device: Device, rules: Sequence[AcceptRule]) -> int | None:
    """The number of the first rule that lets a device in, from 0; None where none does."""
    return next((number for number, rule in enumerate(rules) if _fits(device, rule)), None)


def _must_be_listed(device: Device, policy: AdmissionPolicy) -> bool:
    if policy.quarantine == "computers":
        return True
    return policy.quarantine == "chromebooks" and policy.google_is_read and device.platform == CHROMEOS


def _fits(device: Device, rule: AcceptRule) -> bool:
    wanted = ((device.school_id, rule.school), (device.platform, rule.platform), (device.model, rule.model))
    return all(_alike(text, pattern) for text, pattern in (*wanted, (device.serial, rule.serial)))


def _alike(text: str | None, pattern: str) -> bool:
    return pattern == "*" or (text is not None and fnmatchcase(text.casefold(), pattern.casefold()))
