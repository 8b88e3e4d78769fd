"""What ``homeroom snmp profiles`` prints: the list of families and the findings of a check. Plain rows, no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.errors import ProfileError
from homeroom_collector.snmp.knowledge.load import BUILT_IN, load_catalog
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.knowledge.schema import Profile

_ENTERPRISES = "1.3.6.1.4.1."
_SHOWN = 3
_SECTIONS = ("processors", "memory", "storage", "sensors", "ups", "printer", "poe", "wireless")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list."""

    name: str
    kind: str
    vendor: str
    matches: str
    reads: str


def list_profiles(catalog: Catalog) -> list[Listed]:
    """Give one line for each profile, by name."""
    return [_listed(profile) for profile in sorted(catalog.profiles, key=lambda profile: profile.name)]


def _listed(profile: Profile) -> Listed:
    identity = profile.identity
    return Listed(
        name=profile.name,
        kind=" ".join(dict.fromkeys(text.text for text in identity.kind if text.text)),
        vendor=" ".join(dict.fromkeys(text.text for text in identity.vendor if text.text)),
        matches=_matches(profile),
        reads=" ".join(section for section in _SECTIONS if getattr(profile, section)),
    )


def _matches(profile: Profile) -> str:
    """Name the first prefixes, without what all enterprises share."""
    prefixes = sorted({(claim.object_id or "sysDescr").removeprefix(_ENTERPRISES) for claim in profile.match})
    more = f" and {len(prefixes) - _SHOWN} more" if len(prefixes) > _SHOWN else ""
    return " ".join(prefixes[:_SHOWN]) + more


def check_profiles(directories: Sequence[Path]) -> list[str]:
    """Check the built-in profiles together with those of ``directories``; give every finding, or none."""
    missing = [f"{directory}: not a directory" for directory in directories if not directory.is_dir()]
    try:
        load_catalog(*(directory for directory in directories if directory != BUILT_IN))
    except ProfileError as error:
        return missing + str(error).splitlines()
    return missing
