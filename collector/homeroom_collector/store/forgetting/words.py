"""Finding words in text and blacking them out. Pure. JSON stays JSON: only its strings are changed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

BLACK = "[forgotten]"
Patterns = Sequence[re.Pattern[str]]


def patterns(words: Sequence[str]) -> Patterns:
    """What matches each of the words alone, not as a part of another, in any case."""
    return [re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE) for word in words]


def without(text: str, ours: Patterns) -> str:
    """A text without these words. Equal to what was given where none is in it."""
    try:
        document = json.loads(text)
    except ValueError:
        return _plain(text, ours)
    if not isinstance(document, dict | list):
        return _plain(text, ours)
    cleaned = _inside(document, ours)
    return text if cleaned == document else json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


def _plain(text: str, ours: Patterns) -> str:
    for pattern in ours:
        text = pattern.sub(BLACK, text)
    return text


def _inside(value: Any, ours: Patterns) -> Any:
    if isinstance(value, str):
        return _plain(value, ours)
    if isinstance(value, list):
        return [_inside(each, ours) for each in value]
    if isinstance(value, dict):
        return {_plain(name, ours): _inside(each, ours) for name, each in value.items()}
    return value
