"""Verdicts that explain themselves. Pure.

A verdict is the sum of its reasons, and each reason says what was measured and what the rule asks. What nobody
measured is unknown: it is neither passed nor failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """``exempt``: the rule does not concern the device, for it is stored, or gone."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule held against one fact, ``measured`` and ``required`` in words with units; ``source`` is the rule's."""

    rule: str
    verdict: Verdict
    measured: str
    required: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.measured}; {self.required}"


def combined(reasons: Iterable[Reason]) -> Verdict:
    """One failure fails; without one, anything unknown is unknown; nothing to judge by is unknown too."""
    verdicts = {reason.verdict for reason in reasons}
    for worst in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.EXEMPT):
        if worst in verdicts:
            return worst
    return Verdict.UNKNOWN
