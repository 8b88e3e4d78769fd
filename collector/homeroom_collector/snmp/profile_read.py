"""Ask a device for what its profile needs, in few requests, and give the facts.

One GET holds all scalars of a round, one walk reads a column, and a column is read once. A round is: run the rules, see
what they wanted, ask for it. Rules of two tables need two rounds; more than ``_ROUNDS`` cannot be needed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from homeroom_agent.report.network import (
    GearIdentity,
    PoeGroup,
    Pool,
    Printer,
    Processor,
    Sensor,
    TableError,
    Ups,
    Wireless,
)
from homeroom_collector.errors import SnmpAnswerError, SnmpTimeoutError
from homeroom_collector.snmp import profile_sections as sections
from homeroom_collector.snmp.profile_answers import Answers
from homeroom_collector.snmp.profile_identity import identify
from homeroom_collector.snmp.profile_match import Catalog
from homeroom_collector.snmp.profile_schema import Profile, Section
from homeroom_collector.snmp.session import Session

Part = Literal["identity", "processors", "memory", "storage", "sensors", "ups", "printer", "poe", "wireless"]
ALL_PARTS: tuple[Part, ...] = get_args(Part)

_ROUNDS = 5
_COLUMN_ROWS = 10_000
_TIMEOUTS_BEFORE_GIVING_UP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """What a profile learned. A section that it does not have, or that the device leaves empty, is None or empty.

    ``leave_out`` names the standard sections that this family gets wrong. ``errors`` names columns that failed.
    """

    identity: GearIdentity | None = None
    processors: Sequence[Processor] = ()
    memory: Sequence[Pool] = ()
    storage: Sequence[Pool] = ()
    sensors: Sequence[Sensor] = ()
    ups: Ups | None = None
    printer: Printer | None = None
    poe: Sequence[PoeGroup] = ()
    wireless: Wireless | None = None
    leave_out: Sequence[Section] = ()
    errors: Sequence[TableError] = ()


@dataclass(slots=True)
class Asking:
    """One device being asked: its session, what it answered, what went wrong."""

    session: Session
    answers: Answers
    errors: list[TableError] = field(default_factory=list)
    timeouts: int = 0

    async def fetch(self) -> bool:
        """Ask for all that is wanted. False where nothing was, or where the device has stopped answering."""
        scalars, columns = sorted(self.answers.wanted_scalars), sorted(self.answers.wanted_columns)
        self.answers.wanted_scalars.clear()
        self.answers.wanted_columns.clear()
        if scalars:
            await self._get(scalars)
        for column in columns:
            await self._walk(column)
        return bool(scalars or columns) and self.timeouts < _TIMEOUTS_BEFORE_GIVING_UP

    async def _get(self, oids: list[str]) -> None:
        self.answers.scalars.update(dict.fromkeys(oids))
        if self.timeouts < _TIMEOUTS_BEFORE_GIVING_UP:
            try:
                self.answers.scalars.update(await self.session.get(oids))
            except (SnmpTimeoutError, SnmpAnswerError) as error:
                self._failed(f"{len(oids)} scalars", error)

    async def _walk(self, oid: str) -> None:
        self.answers.columns[oid] = {}
        if self.timeouts < _TIMEOUTS_BEFORE_GIVING_UP:
            try:
                self.answers.know_column(oid, await self.session.walk(oid, limit=_COLUMN_ROWS))
            except (SnmpTimeoutError, SnmpAnswerError) as error:
                self._failed(oid, error)

    def _failed(self, what: str, error: SnmpTimeoutError | SnmpAnswerError) -> None:
        self.timeouts += isinstance(error, SnmpTimeoutError)
        self.errors.append(TableError(table=what[-64:], error=(str(error) or type(error).__name__)[:500]))


async def recognise(catalog: Catalog, session: Session, known: Answers | None = None) -> Profile | None:
    """Find a device's profile, asking only for what the claims that could still win need.

    Raises SnmpAuthenticationError. A device that does not answer has no profile.
    """
    asking = Asking(session, known if known is not None else Answers())
    profile = catalog.match(asking.answers)
    for _ in range(_ROUNDS):
        if not await asking.fetch():
            break
        profile = catalog.match(asking.answers)
    return profile


async def read(
    profile: Profile, session: Session, *, known: Answers | None = None, parts: Collection[Part] = ALL_PARTS
) -> ProfileFacts:
    """Read the wanted ``parts``. ``known`` holds what was already asked, and takes in what this asks.

    Raises SnmpAuthenticationError; a column that fails is an entry of ``errors`` and the others stand.
    """
    asking = Asking(session, known if known is not None else Answers())
    facts = evaluate(profile, asking.answers, parts)
    for _ in range(_ROUNDS):
        if not await asking.fetch():
            break
        facts = evaluate(profile, asking.answers, parts)
    return replace(facts, errors=asking.errors[:64])


def evaluate(profile: Profile, answers: Answers, parts: Collection[Part] = ALL_PARTS) -> ProfileFacts:
    """Run a profile's rules over what is known. Pure; what is missing is noted in ``answers``."""
    return ProfileFacts(
        identity=identify(profile, answers) if "identity" in parts else None,
        processors=sections.processors(profile.processors, answers) if "processors" in parts else (),
        memory=sections.pools(profile.memory, answers) if "memory" in parts else (),
        storage=sections.pools(profile.storage, answers) if "storage" in parts else (),
        sensors=sections.sensors(profile.sensors, answers) if "sensors" in parts else (),
        ups=sections.ups(profile.ups, answers) if "ups" in parts else None,
        printer=sections.printer(profile.printer, answers) if "printer" in parts else None,
        poe=sections.poe(profile.poe, answers) if "poe" in parts else (),
        wireless=sections.wireless(profile.wireless, answers) if "wireless" in parts else None,
        leave_out=profile.leave_out,
    )
