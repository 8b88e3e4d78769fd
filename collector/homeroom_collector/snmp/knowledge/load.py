"""Read profiles from YAML: expand root names, lend blocks, check strictly, report every finding at once.

Built-in profiles are package data in ``profiles/`` beside this package; a district may keep its own in a directory,
and one with the name of a built-in profile replaces it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError, ProfileError
from homeroom_collector.snmp.knowledge.check import findings
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.knowledge.schema import Profile

BUILT_IN = Path(__file__).parents[1] / "profiles"

_ROOTS = {"enterprises": "1.3.6.1.4.1", "mib2": "1.3.6.1.2.1"}
_NAMED = re.compile(r"([a-z][a-z0-9_]*)((?:\.\d+)+)")
_NOT_LENT = ("name", "match")


def load_catalog(*directories: Path, built_in: Path | None = BUILT_IN) -> Catalog:
    """Load the built-in profiles and those of ``directories``. Raises ProfileError with all findings."""
    documents = _documents([*([built_in] if built_in else []), *directories])
    profiles, problems = _profiles(documents)
    problems += findings(profiles)
    if problems:
        raise ProfileError("\n".join(problems))
    return Catalog([profile for profile in profiles if not profile.name.startswith("_")])


def _documents(directories: Iterable[Path]) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Parse all files, by profile name; a later directory wins."""
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    problems: list[str] = []
    for path in (path for directory in directories for path in sorted(directory.glob("*.yml"))):
        try:
            document = strict.read_yaml(path)
        except ConfigError as error:
            problems += error.problems
            continue
        if isinstance(document, dict):
            found[path.stem] = (path, document)
        else:
            problems.append(f"{path}: not a mapping of keys to values")
    if problems:
        raise ProfileError("\n".join(problems))
    return found


def _profiles(documents: Mapping[str, tuple[Path, dict[str, Any]]]) -> tuple[list[Profile], list[str]]:
    profiles: list[Profile] = []
    problems: list[str] = []
    for name, (path, document) in documents.items():
        try:
            merged = _merged(name, documents, ())
            problems += [f"{path.name}: {place}: write this word in quotes" for place in _booleans(document, "")]
            merged["name"] = document.get("name", name)
            profiles.append(strict.decode(Profile, _expanded(merged), where=f"{path.name}: "))
        except (ConfigError, ProfileError) as error:
            problems += str(error).splitlines()
    return profiles, problems


def _merged(name: str, documents: Mapping[str, tuple[Path, dict[str, Any]]], above: tuple[str, ...]) -> dict[str, Any]:
    """Put the blocks that a document extends under it: its own keys win, its own list entries come first."""
    if name not in documents or name in above:
        reason = "extends itself" if name in above else f"extends {name!r}, which does not exist"
        raise ProfileError(f"{above[-1] if above else name}.yml: {reason}")
    merged = dict(documents[name][1])
    wanted = merged.get("extends") or []
    for block in wanted if isinstance(wanted, list) else [wanted]:
        merged = _lend(merged, _merged(str(block), documents, (*above, name)))
    return merged


def _lend(document: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for key, lent in block.items():
        own = document.get(key)
        if key in _NOT_LENT or key == "extends":
            continue
        if isinstance(own, list) and isinstance(lent, list):
            merged[key] = [*own, *lent]
        elif isinstance(own, dict) and isinstance(lent, dict):
            merged[key] = {**lent, **own}
        elif own is None:
            merged[key] = lent
    return merged


def _expanded(document: dict[str, Any]) -> dict[str, Any]:
    """Replace root names at the beginning of OIDs; roots may build on one another, in order."""
    roots = dict(_ROOTS)
    for name, oid in (document.get("roots") or {}).items():
        roots[name] = _expand(oid, roots)
    done: dict[str, Any] = _expand({**document, "roots": {}}, roots)
    return done


def _expand(value: Any, roots: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_expand(key, roots): _expand(item, roots) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, roots) for item in value]
    named = _NAMED.fullmatch(value) if isinstance(value, str) else None
    return roots[named[1]] + named[2] if named and named[1] in roots else value


def _booleans(value: Any, place: str) -> list[str]:
    """Find YAML's words for true and false: no key of a profile takes them, so a state's name was meant."""
    if isinstance(value, bool):
        return [place]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [
        found for key, item in items for part in (key, item) for found in _booleans(part, f"{place}.{key}".strip("."))
    ]
