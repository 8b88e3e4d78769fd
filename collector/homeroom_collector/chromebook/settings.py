"""Settings on Chromebooks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_EXTENSION_ID = re.compile("[a-p]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromebookSettings:
    """``extensions`` are ids that may call the API from a browser; ``package`` is a CRX file to serve, or None.

    The extension in the package may call without being named.
    """

    extensions: list[str] = field(default_factory=list)
    package: Path | None = None


def problems(settings: ChromebookSettings) -> list[str]:
    """What is wrong, with the dotted path of the key."""
    return [
        f"chromebooks.extensions[{index}]: {each!r} is not an extension id, which is 32 letters from a to p"
        for index, each in enumerate(settings.extensions)
        if not _EXTENSION_ID.fullmatch(each)
    ]


def located(settings: ChromebookSettings, folder: Path) -> ChromebookSettings:
    """With the package's path relative to the folder of the configuration."""
    package = folder / settings.package if settings.package else None
    return ChromebookSettings(extensions=settings.extensions, package=package)
