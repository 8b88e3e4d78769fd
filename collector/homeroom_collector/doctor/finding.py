"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``do`` says what helps; empty where nothing is wrong."""

    check: str
    status: Status
    says: str
    do: str = ""


def ok(check: str, says: str) -> Finding:
    """It is as it should be."""
    return Finding(check, "ok", says)


def warning(check: str, says: str, do: str) -> Finding:
    """It works, and will not for long, or not well."""
    return Finding(check, "warning", says, do)


def fail(check: str, says: str, do: str) -> Finding:
    """It does not work."""
    return Finding(check, "fail", says, do)
