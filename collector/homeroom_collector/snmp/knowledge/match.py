"""Find the profile of a device: the longest sysObjectID prefix, and within it the claim that asks the most.

sysObjectID lies on devices built from net-snmp, where whole brands share one number, so a claim may also hold sysDescr
or sysName to a pattern, or ask for an object that only this family has. sysDescr alone never beats sysObjectID.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeroom_collector.snmp.knowledge.answers import SYS_DESCR, SYS_NAME, SYS_OBJECT_ID, Answers, is_scalar
from homeroom_collector.snmp.knowledge.schema import Claim, Profile
from homeroom_collector.snmp.knowledge.values import as_text
from homeroom_collector.snmp.session import Value


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every profile that can match, blocks left out. Cheap to share; never changes."""

    profiles: Sequence[Profile]

    def match(self, answers: Answers) -> Profile | None:
        """Give the best profile, or None. What it still wanted to know is noted in ``answers``."""
        object_id = _text(answers.scalar(SYS_OBJECT_ID)).lstrip(".")
        best: tuple[tuple[int, int], str, Profile] | None = None
        for profile in self.profiles:
            for claim in profile.match:
                weight = _weigh(claim, object_id, answers)
                if weight is not None and (best is None or (weight, profile.name) > best[:2]):
                    best = (weight, profile.name, profile)
        return None if best is None else best[2]

    def by_name(self, name: str) -> Profile | None:
        """Give the profile with this name, or None."""
        return next((profile for profile in self.profiles if profile.name == name), None)


def _weigh(claim: Claim, object_id: str, answers: Answers) -> tuple[int, int] | None:
    """Give (arcs of the prefix, further conditions that hold), or None where one does not hold."""
    if claim.object_id is not None and not f"{object_id}.".startswith(f"{claim.object_id}."):
        return None
    further = list(_conditions(claim, answers))
    if not all(further):
        return None
    arcs = len(claim.object_id.split(".")) if claim.object_id else 0
    return arcs, len(further)


def _conditions(claim: Claim, answers: Answers) -> Iterator[bool]:
    if claim.description is not None:
        yield bool(claim.description.search(_text(answers.scalar(SYS_DESCR))))
    if claim.system_name is not None:
        yield bool(claim.system_name.search(_text(answers.scalar(SYS_NAME))))
    if claim.answers is not None:
        found = _answered(claim.answers, claim.row, answers)
        yield bool(found) and (claim.value is None or any(claim.value.search(_text(value)) for value in found))


def _answered(oid: str, row: str | None, answers: Answers) -> list[Value]:
    if row is not None or is_scalar(oid):
        value = answers.scalar(oid if row is None else f"{oid}.{row}")
        return [] if value is None else [value]
    return list(answers.column(oid).values())


def _text(value: Value | None) -> str:
    return "" if value is None else as_text(value)
