"""Names the maker of a device by the enterprise number of its sysObjectID, where no profile and no table says it.

The numbers are ``makers.yml``, a dated extract of IANA's registry.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from homeroom_collector import strict

_ENTERPRISES = "1.3.6.1.4.1."
_FILE = Path(__file__).with_name("makers.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """The extract: names by enterprise number, and the day it was taken."""

    as_of: date
    makers: dict[int, str]


@functools.cache
def registry() -> Makers:
    """Read the extract once. Raises ConfigError where the package is broken."""
    return strict.load(Makers, _FILE)


def maker(object_id: str | None) -> str | None:
    """Name the maker of a sysObjectID; None for a number outside the extract."""
    if object_id is None or not object_id.startswith(_ENTERPRISES):
        return None
    number = object_id.removeprefix(_ENTERPRISES).partition(".")[0]
    return registry().makers.get(int(number)) if number.isdigit() else None
