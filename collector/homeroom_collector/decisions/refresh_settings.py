"""``refresh.yml``: the district's refresh plan, and changes to it that are only tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules import money
from homeroom_collector.rules.network_support import ModelSupport
from homeroom_collector.rules.refresh_policy import Limit, RefreshPolicy, SupportYear

_EXTENDED_SUPPORT = Path(__file__).with_name("data") / "extended_support.yml"
_MODEL_SUPPORT = ("network_support.yml", "chromebook_support.yml")
_MOST_YEARS = 30


def load(path: Path | None, changes: Iterable[str] = ()) -> RefreshPolicy:
    """Read and check the file; None is what is built in. ``changes`` are such as ``budget=400000``.

    Raises ConfigError with everything that is wrong.
    """
    document = (strict.read_yaml(path) if path else None) or {}
    if not isinstance(document, dict):
        raise ConfigError([f"{path}: must be a mapping of keys"])
    document = _tried(document, list(changes))
    where = f"{path}: " if path else ""
    policy = strict.decode(RefreshPolicy, document, where=where)
    if problems := [f"{where}{problem}" for problem in _problems(policy)]:
        raise ConfigError(problems)
    if policy.alternatives.extended_support:
        return policy
    return replace(policy, alternatives=replace(policy.alternatives, extended_support=extended_support()))


def _tried(document: dict[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """Apply changes in their order. A new ``budget`` is every year's: single years of the file give way to it."""
    if any(change.partition("=")[0].strip() == "budget" for change in changes):
        document = document | {"budgets": {}}
    for change in changes:
        document = _changed(document, change)
    return document


def _changed(document: dict[Any, Any], change: str) -> dict[Any, Any]:
    """Set one key, also below others: ``scoring.due_at=60``, ``budgets.2028=350000``. ``none`` takes a limit away."""
    name, equals, value = change.partition("=")
    if not equals or not name.strip():
        raise ConfigError([f"--what-if {change!r}: write key=value, such as budget=400000"])
    head, *rest = name.strip().split(".")
    key = _key(document, head)
    if rest:
        below = document.get(key) or {}
        if not isinstance(below, dict):
            raise ConfigError([f"--what-if {change!r}: nothing can be set below {head}"])
        return document | {key: _changed(below, ".".join(rest) + "=" + value)}
    return document | {key: None if value.strip().lower() == "none" else value.strip()}


def _key(document: dict[Any, Any], text: str) -> Any:
    """The key as the file has it: YAML reads the year of ``budgets`` as a number."""
    return int(text) if text.isascii() and text.isdigit() and int(text) in document else text


def extended_support() -> dict[str, tuple[SupportYear, ...]]:
    """Support that can be bought after its end, as published."""
    return strict.load(dict[str, tuple[SupportYear, ...]], _EXTENDED_SUPPORT)


def network_support(policy: RefreshPolicy) -> tuple[ModelSupport, ...]:
    """Until when makers support gear and Chromebooks: the district's own list, then what comes with Homeroom."""
    found = list(policy.network_support)
    for name in _MODEL_SUPPORT:
        found += strict.load(tuple[ModelSupport, ...], Path(__file__).with_name("data") / name)
    return tuple(found)


def _problems(policy: RefreshPolicy) -> Iterator[str]:
    yield from _amounts(policy)
    if not 1 <= policy.years <= _MOST_YEARS:
        yield f"years: from 1 to {_MOST_YEARS}, not {policy.years}"
    if policy.first_year is not None and not 2000 <= policy.first_year <= 2100:
        yield f"first_year: {policy.first_year} is not a fiscal year"
    for name in ("inflation", "spare_ratio"):
        if not 0 <= getattr(policy, name) <= 1:
            yield f"{name}: a share from 0 to 1, such as 0.03; got {getattr(policy, name)}"
    yield from (f"rotation.{band}.every: at least 1" for band, turn in policy.rotation.items() if turn.every < 1)
    for field in fields(policy.scoring):
        value = getattr(policy.scoring, field.name)
        points = value.points if isinstance(value, Limit) else value
        if points is not None and points < 0:
            yield f"scoring.{field.name}: must not be negative"


def _amounts(policy: RefreshPolicy) -> Iterator[str]:
    other = policy.alternatives
    named: list[tuple[str, Decimal | None]] = [("budget", policy.budget), ("network_budget", policy.network_budget)]
    named += [(f"budgets.{year}", amount) for year, amount in policy.budgets.items()]
    for number, each in enumerate(policy.replacements):
        named += [(f"replacements[{number}].cost", each.cost), (f"replacements[{number}].license", each.license)]
    named += [("alternatives.battery", other.battery), ("alternatives.chromeos_flex", other.chromeos_flex)]
    for system, years in other.extended_support.items():
        named += [(f"alternatives.extended_support.{system}", year.cost) for year in years]
    for name, amount in named:
        try:
            _ = None if amount is None else money.exact(amount)
        except ValueError as error:
            yield f"{name}: {error}"
