"""Linux: ``/etc/os-release`` (os-release(5)): assignments with shell quoting, comments with ``#``."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.os.release import Release, document
from homeroom_agent.parsers.values import clean

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.os-release.txt`` capture."""
    values = assignments(capture.text(raw))
    if not values:
        raise CaptureError("not an os-release file: it has no assignment")
    return document(release(values))


def release(values: dict[str, str]) -> Release:
    """The system that the assignments name."""
    return Release(
        id=clean(values.get("ID"), 80),
        name=clean(values.get("NAME"), 80),
        version=clean(values.get("VERSION_ID"), 80),
        build=clean(values.get("BUILD_ID"), 80),
        pretty=clean(values.get("PRETTY_NAME"), 120),
    )


def assignments(text: str) -> dict[str, str]:
    """Every assignment, unquoted; a later one replaces an earlier one, as in a shell."""
    matches = (_ASSIGNMENT.fullmatch(line) for line in text.splitlines())
    return {match[1]: _unquoted(match[2].strip()) for match in matches if match}


def _unquoted(word: str) -> str:
    if word[:1] in ("'", '"') and word[-1:] == word[:1] and len(word) > 1:
        quote, word = word[0], word[1:-1]
        return word if quote == "'" else re.sub(r"\\([\\\"$`])", r"\1", word)
    return re.sub(r"\\(.)", r"\1", word)
