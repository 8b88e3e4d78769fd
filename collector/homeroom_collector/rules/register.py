"""The register meets a source: what is new, what changes, and where two sources contradict each other. Pure.

Each field remembers the source that filled it. A source may change what it filled itself and fill what is empty; what
another source filled it may not change: that is a conflict, kept as it was and listed, unless somebody lets it through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from homeroom_collector.rules.asset import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field before and after; the field is empty where the asset itself was added."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A source says otherwise than the one that filled the field."""

    field: str
    kept: object
    kept_source: str
    refused: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An asset and the source of each of its fields."""

    asset: Asset
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a source does to one asset."""

    entry: Entry
    changes: tuple[FieldChange, ...]
    conflicts: tuple[Conflict, ...]


def added(values: Mapping[str, Any], source: str) -> Merge:
    """A new asset from the fields that a source gave."""
    asset = Asset(**values)
    entry = Entry(asset=asset, sources=dict.fromkeys(values, source))
    return Merge(entry=entry, changes=(FieldChange(field="", before=None, after=asset.name),), conflicts=())


def merged(known: Entry, values: Mapping[str, Any], source: str, *, overwrite: bool = False) -> Merge:
    """Bring an asset up to date. A field that the source does not give stays as it is."""
    changes: list[FieldChange] = []
    conflicts: list[Conflict] = []
    taken: dict[str, Any] = {}
    for name, new in values.items():
        old, owner = getattr(known.asset, name), known.sources.get(name)
        if new == old:
            continue
        if owner not in (None, source) and not overwrite:
            conflicts.append(Conflict(field=name, kept=old, kept_source=str(owner), refused=new))
        else:
            changes.append(FieldChange(field=name, before=old, after=new))
            taken[name] = new
    entry = Entry(asset=replace(known.asset, **taken), sources={**known.sources, **dict.fromkeys(taken, source)})
    return Merge(entry=entry, changes=tuple(changes), conflicts=tuple(conflicts))
