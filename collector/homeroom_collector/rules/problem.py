"""A problem: what is wrong, where, how badly, by which measured values, and what it explains. Pure.

A problem is named by a stable key, ``school/kind/subject``. The same cause at the same place has the same key for ever,
so every replica, every ticket and every message speaks of the same thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

KEY = re.compile(
    r"(?P<school>[A-Za-z0-9._~-]{1,80})/(?P<kind>[a-z][a-z0-9_]{0,47})/(?P<subject>[A-Za-z0-9._~:-]{1,161})"
)
"""What a key looks like, as a whole: nothing in it means anything to a shell, a URL, SQL, HTML or a mail header."""

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_ESCAPED = re.compile(r"([A-Za-z0-9._-]+|~(?![0-9a-f]{2}))|~([0-9a-f]{2})")
_LONGEST = 80
_NOWHERE = "-"


class Severity(StrEnum):
    """``critical``: many cannot work. ``warning``: somebody should act. ``info``: for a list, not for a ticket."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One value that was measured, by name, beside the value that the rule asks for. None is unknown, or no such value.

    Units are in the name: ``health_ratio``, ``silent_seconds``.
    """

    name: str
    measured: float | str | None = None
    rule: float | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One verdict of the rules.

    ``school`` is the school's id, empty for the district. ``subject`` is a device id, with the part of it after a
    colon (see :func:`subject`), or a school's. ``members`` are the ids of devices that it explains, in order.
    ``cause`` is the key of the problem that explains this one; None is a root. ``runbook`` is the file's name in
    docs/runbooks without its suffix.
    """

    key: str
    school: str
    kind: str
    subject: str
    severity: Severity
    summary: str
    evidence: tuple[Evidence, ...] = ()
    members: tuple[str, ...] = ()
    cause: str | None = None
    runbook: str = ""

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is not a key of a problem")


def key_of(school: str, kind: str, subject: str) -> str:
    """Key of a problem of ``kind``. ``subject`` is what :func:`subject_of` gives."""
    return f"{_part(school)}/{kind}/{subject}"


def subject_of(name: str, part: str = "") -> str:
    """What a problem is about, as it stands in the key: a device or school, and a part of it, such as a port."""
    return f"{_part(name)}:{_part(part)}" if part else _part(name)


def named(subject: str) -> tuple[str, str]:
    """Name and part that :func:`subject_of` was given. What was cut there comes back cut."""
    name, _, part = subject.partition(":")
    return _plain(name), _plain(part)


def _plain(text: str) -> str:
    raw = bytearray()
    for literal, byte in _ESCAPED.findall(text):
        raw += bytes([int(byte, 16)]) if byte else literal.encode()
    return "" if text == _NOWHERE else raw.decode(errors="replace")


def _part(text: str) -> str:
    """Text with every unusual character as ``~`` and its bytes; what is long is cut and told apart by a digest."""
    if text == _NOWHERE:
        return "~2d"
    plain = _PLAIN.sub(lambda found: "".join(f"~{byte:02x}" for byte in found[0].encode()), text) or _NOWHERE
    if len(plain) <= _LONGEST:
        return plain
    digest = blake2b(text.encode(), digest_size=8).hexdigest()
    return f"{plain[: _LONGEST - len(digest) - 1]}~{digest}"
