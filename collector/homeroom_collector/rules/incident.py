"""An incident: one cause that people should hear of once, whichever source saw it. Pure.

Owns its key and its bounds. The key is ``school/kind/subject``, alike for every source, so that two sources which see
one cause never make two tickets. The external key is what a help desk is searched by: of a fixed alphabet, because
some help desks read it as part of a query.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, get_args

from homeroom_collector.rules.problem import KEY, key_of

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

MOST_MEMBERS = 20
MOST_EVIDENCE = 12
MOST_TEXT = 500
WHOLE = "-"
"""The subject of an incident that does not say which thing of its kind it is about."""

EXTERNAL_KEY = re.compile(r"hr1-[0-9a-f]{32}-[1-9][0-9]{0,5}")


def external_key(key: str, generation: int) -> str:
    """What marks the ticket of an incident at the help desk; ``generation`` counts its tickets from 1.

    It follows from the key alone, so that a collector whose store was lost finds its tickets again.
    """
    made = f"hr1-{hashlib.sha256(key.encode()).hexdigest()[:32]}-{generation}"
    assert EXTERNAL_KEY.fullmatch(made)
    return made


def plain(text: str, most: int = MOST_TEXT) -> str:
    """One line without control characters, of at most ``most`` characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was an incident of its own, and belongs to another cause now. Both are named by their keys."""

    key: str
    cause: str
    cause_summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a source knows of one cause now. Times are Unix seconds.

    ``members`` is a sample of what the cause explains, ``member_count`` all of it. ``quiet`` says that a maintenance
    window or a silence covers it: no ticket is made, but one that exists may be closed.
    """

    source: str
    school: str
    kind: str
    subject: str = WHOLE
    severity: Severity
    summary: str
    started_at: float
    firing: bool = True
    ended_at: float | None = None
    evidence: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    member_count: int = 0
    runbook_url: str = ""
    quiet: bool = False

    def __post_init__(self) -> None:
        """Hold everything to its bounds; a source may say more than a ticket should carry."""
        if not KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is not the key of an incident")
        put = object.__setattr__
        put(self, "summary", plain(self.summary))
        put(self, "evidence", tuple(plain(line) for line in self.evidence[:MOST_EVIDENCE]))
        put(self, "member_count", max(self.member_count, len(self.members)))
        put(self, "members", tuple(plain(name, 120) for name in self.members[:MOST_MEMBERS]))
        put(self, "runbook_url", self.runbook_url if self.runbook_url.startswith(("https://", "http://")) else "")

    @property
    def key(self) -> str:
        """``school/kind/subject``, as problems are named."""
        return key_of(self.school, self.kind, self.subject)
