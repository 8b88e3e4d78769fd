"""Where the register and what reports contradict each other. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from homeroom_collector.rules.asset import GONE, Asset, Assignment, LifeState


class Kind(StrEnum):
    """What is amiss. A ghost is in use by the register and was never heard; a closet device was, but long ago.

    The last two set the register against the management console: what is gone still holds a licence there, and a
    Chromebook in use is not enrolled there.
    """

    GHOST = "ghost"
    CLOSET = "closet"
    UNREGISTERED = "unregistered"
    WRONG_SCHOOL = "wrong_school"
    DUPLICATE_SERIAL = "duplicate_serial"
    GONE_BUT_ALIVE = "gone_but_alive"
    GONE_BUT_MANAGED = "gone_but_managed"
    NOT_IN_CONSOLE = "not_in_console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A device by the register and as it was heard. ``reported_on`` and ``enrolled_school`` None: never.

    ``managed``: whether the management console still has it; None where the console never listed it.
    """

    asset: Asset
    registered: bool
    reported_on: date | None = None
    enrolled_school: str | None = None
    managed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One contradiction: what the register says, and what was seen."""

    kind: Kind
    asset: Asset
    register_says: str
    seen: str


def reconcile(devices: Sequence[Seen], today: date, *, silent_days: int, console: bool = False) -> list[Discrepancy]:
    """All contradictions, in the order of the devices. Infrastructure is polled, not heard: it is never a ghost.

    ``console`` says whether a management console was read at all; without one nothing can be missing from it.
    """
    serials = Counter((each.asset.serial or "").upper() for each in devices if each.registered)
    since = today - timedelta(days=silent_days)
    return [found for each in devices for found in (*_of(each, serials, since), *_by_console(each, console=console))]


def _by_console(each: Seen, *, console: bool) -> Iterator[Discrepancy]:
    asset = each.asset
    if not each.registered:
        return
    if asset.state in GONE and each.managed:
        yield _found(Kind.GONE_BUT_MANAGED, each, gone(asset), "still managed by the console")
    if console and not each.managed and asset.state is LifeState.IN_USE and asset.platform == "chromeos":
        seen = "not in the console" if each.managed is None else "deprovisioned in the console"
        yield _found(Kind.NOT_IN_CONSOLE, each, "in use", seen)


def _of(each: Seen, serials: Counter[str], since: date) -> Iterator[Discrepancy]:
    asset, seen = each.asset, _seen(each)
    if not each.registered:
        yield _found(Kind.UNREGISTERED, each, "nothing", seen)
        return
    serial = (asset.serial or "").upper()
    if serial and serials[serial] > 1:
        yield _found(Kind.DUPLICATE_SERIAL, each, f"{serials[serial]} assets with serial number {asset.serial}", seen)
    if asset.state is LifeState.IN_USE and asset.assignment is not Assignment.INFRASTRUCTURE:
        if each.reported_on is None:
            yield _found(Kind.GHOST, each, "in use", seen)
        elif each.reported_on < since:
            yield _found(Kind.CLOSET, each, "in use", seen)
    if alive(asset, each.reported_on):
        yield _found(Kind.GONE_BUT_ALIVE, each, gone(asset), seen)
    if each.enrolled_school and asset.school_id and each.enrolled_school != asset.school_id:
        yield _found(Kind.WRONG_SCHOOL, each, f"at {asset.school_id}", f"enrolled at {each.enrolled_school}")


def alive(asset: Asset, reported_on: date | None) -> bool:
    """Said to be gone, and heard of since."""
    if asset.state not in GONE or reported_on is None:
        return False
    return asset.state_on is None or reported_on > asset.state_on


def gone(asset: Asset) -> str:
    """Its state, and since when where the register says so."""
    return asset.state.value + (f" since {asset.state_on}" if asset.state_on else "")


def _seen(each: Seen) -> str:
    return _reported(each.reported_on)


@lru_cache(maxsize=1_024)
def _reported(on: date | None) -> str:
    """The same text for every device that last reported on this day."""
    return "never reported" if on is None else f"reported on {on}"


def _found(kind: Kind, each: Seen, register_says: str, seen: str) -> Discrepancy:
    return Discrepancy(kind=kind, asset=each.asset, register_says=register_says, seen=seen)
