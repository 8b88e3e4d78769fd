"""What the configuration says of the exposition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """What a scrape shows.

    ``per_device``: series of single devices ``always``, ``never``, or (``auto``) while there are at most
    ``per_device_limit`` devices. A scrape of one school always has them unless ``never``.
    """

    per_device: Literal["auto", "always", "never"] = "auto"
    per_device_limit: int = 20_000
