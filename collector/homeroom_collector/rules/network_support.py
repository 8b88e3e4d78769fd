"""Until when makers support their network gear, and Google its Chromebooks, by model. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSupport:
    """Models of a maker, written with ``*`` for "anything", their last day of support, and who says so.

    Without ``vendor`` the model says it all, as the names of Chromebooks do.
    """

    vendor: str = ""
    models: tuple[str, ...]
    support_end: date
    source: str = ""

    def fits(self, vendor: str | None, model: str | None) -> bool:
        """Whether it is about such a device; a maker fits where its name is part of what the device says of itself."""
        maker, name = (vendor or "").casefold(), (model or "").strip().casefold()
        named = {name, f"{maker} {name}"} if maker and not self.vendor else {name}
        return self.vendor.casefold() in maker and any(
            fnmatchcase(text, wanted.casefold()) for text in named for wanted in self.models
        )


def support_of(vendor: str | None, model: str | None, known: Iterable[ModelSupport]) -> ModelSupport | None:
    """The first entry that fits."""
    return next((each for each in known if each.fits(vendor, model)), None) if model else None
