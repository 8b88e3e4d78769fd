"""Bounds and reasons of the wire format, kept on the fields themselves.

Every field of a report is declared with :func:`fact`. The declaration is the allow-list: what it says is what the
collector accepts, what the JSON Schema states and what the privacy page prints. Nothing else can be sent.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

TEXT_LENGTH = 200
LIST_ITEMS = 64

Change = Literal["fast", "slow"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one field may hold.

    ``why`` is the sentence of the privacy page. ``minimum`` and ``maximum`` are inclusive and apply to numbers,
    ``max_length`` to text, ``max_items`` to lists. ``concern`` names what a privacy officer should look at, or is None.
    """

    why: str
    minimum: float | None
    maximum: float | None
    max_length: int
    max_items: int
    concern: str | None


def fact(
    why: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    max_length: int = TEXT_LENGTH,
    max_items: int = LIST_ITEMS,
    concern: str | None = None,
    default: Any = None,
    required: bool = False,
) -> Any:
    """Declare one field of the wire format: why it is collected and what it may hold.

    A field that is not required defaults to ``default``; None means "not measured" and is left out on the wire.
    """
    bounds = Bounds(why, minimum, maximum, max_length, max_items, concern)
    metadata = {"bounds": bounds}
    return field(metadata=metadata) if required else field(default=default, metadata=metadata)


def ratio(why: str) -> Any:
    """Declare a share between 0 and 1."""
    return fact(why, minimum=0, maximum=1)


def count(why: str) -> Any:
    """Declare a whole number that is never negative and fits a signed 64-bit column unless it is a raw counter."""
    return fact(why, minimum=0, maximum=2**64 - 1)


def rows(why: str, *, max_items: int = LIST_ITEMS) -> Any:
    """Declare a bounded list that is None when the section was not measured."""
    return fact(why, max_items=max_items)
