"""Until when makers support their network gear, by model. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSupport:
    """Models of a maker, written with ``*`` for "anything", their last day of support, and who says so."""

    vendor: str
    models: tuple[str, ...]
    support_end: date
    source: str = ""


def support_of(vendor: str | None, model: str | None, known: Iterable[ModelSupport]) -> ModelSupport | None:
    """The first entry that fits; a maker fits where its name is part of what the device says of itself."""
    maker, name = (vendor or "").casefold(), (model or "").strip().casefold()
    for each in known:
        if each.vendor.casefold() in maker and any(fnmatchcase(name, wanted.casefold()) for wanted in each.models):
            return each
    return None
