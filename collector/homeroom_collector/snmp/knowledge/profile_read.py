"""Ask a device for what its profile needs, in few requests, and give the facts.

One GET holds all scalars of a round, one walk reads a column, and a column is read once. A round is: run the rules, see
what they wanted, ask for it. Rules of two tables need two rounds; more than ``_ROUNDS`` cannot be needed. What the
device does not have is remembered by the reader and not asked for again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from homeroom_collector.snmp.knowledge import sections
from homeroom_collector.snmp.knowledge.answers import Answers
from homeroom_collector.snmp.knowledge.facts import ProfileFacts
from homeroom_collector.snmp.knowledge.identity import identify
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.knowledge.schema import Profile
from homeroom_collector.snmp.reading.reader import Reader

Part = Literal["identity", "processors", "memory", "storage", "sensors", "ups", "printer", "poe", "wireless"]
ALL_PARTS: tuple[Part, ...] = get_args(Part)

_ROUNDS = 8


async def recognise(catalog: Catalog, reader: Reader, known: Answers) -> Profile | None:
    """Find a device's profile; asks for sysObjectID, sysDescr and what single claims need, unless ``known`` has it.

    Raises SnmpError only where the device is gone or refuses. A device that nobody claims has no profile.
    """
    profile = catalog.match(known)
    for _ in range(_ROUNDS):
        if not await _fetch(reader, known):
            break
        profile = catalog.match(known)
    return profile


async def read(
    profile: Profile, reader: Reader, known: Answers, *, parts: Collection[Part] = ALL_PARTS
) -> ProfileFacts:
    """Read the wanted ``parts``. ``known`` holds what was already asked, and takes in what this asks.

    Raises SnmpError only where the device is gone or refuses; a column that fails is in the reader's errors.
    """
    plan = f"profile {' '.join(sorted(parts))}"
    known.labels = reader.memory.parsed.setdefault("profile labels", {})
    _want(known, reader.memory.parsed.get(plan, ((), ())))
    await _fetch(reader, known)
    known.used.clear()
    facts = evaluate(profile, known, parts)
    for _ in range(_ROUNDS):
        if not await _fetch(reader, known):
            break
        facts = evaluate(profile, known, parts)
    reader.memory.parsed[plan] = _useful(known)
    return facts


def _want(answers: Answers, plan: tuple[Collection[str], Collection[str]]) -> None:
    """Ask at once for what was useful at the last poll: one round instead of finding out again."""
    scalars, columns = plan
    answers.wanted_scalars.update(oid for oid in scalars if oid not in answers.scalars)
    answers.wanted_columns.update(oid for oid in columns if oid not in answers.columns)


def _useful(answers: Answers) -> tuple[list[str], list[str]]:
    scalars = [oid for oid in answers.used if answers.scalars.get(oid) is not None]
    return scalars, [oid for oid in answers.used if answers.columns.get(oid)]


async def _fetch(reader: Reader, answers: Answers) -> bool:
    """Ask for all that is wanted. False where nothing was."""
    scalars, columns = sorted(answers.wanted_scalars), sorted(answers.wanted_columns)
    labels = sorted(answers.wanted_labels)
    for wanted in (answers.wanted_scalars, answers.wanted_columns, answers.wanted_labels):
        wanted.clear()
    if scalars:
        answers.scalars.update({**dict.fromkeys(scalars), **await reader.scalars("profile", scalars)})
    for column in columns:
        answers.columns[column] = await reader.column(column, column)
    if labels:
        answers.labels.update({**dict.fromkeys(labels), **await reader.instances("profile labels", labels)})
    return bool(scalars or columns or labels)


def evaluate(profile: Profile, answers: Answers, parts: Collection[Part] = ALL_PARTS) -> ProfileFacts:
    """Run a profile's rules over what is known. Pure; what is missing is noted in ``answers``."""
    return ProfileFacts(
        identity=identify(profile, answers) if "identity" in parts else None,
        processors=sections.processors(profile.processors, answers) if "processors" in parts else [],
        memory=sections.pools(profile.memory, answers) if "memory" in parts else [],
        storage=sections.pools(profile.storage, answers) if "storage" in parts else [],
        sensors=sections.sensors(profile.sensors, answers) if "sensors" in parts else [],
        ups=sections.ups(profile.ups, answers) if "ups" in parts else None,
        printer=sections.printer(profile.printer, answers) if "printer" in parts else None,
        poe=sections.poe(profile.poe, answers) if "poe" in parts else [],
        wireless=sections.wireless(profile.wireless, answers) if "wireless" in parts else None,
    )
