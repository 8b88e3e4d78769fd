"""``refresh.yml``: the district's refresh plan, and changes to it that are only tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules import money
from homeroom_collector.rules.refresh_policy import Limit, RefreshPolicy, SupportYear

_EXTENDED_SUPPORT = Path(__file__).with_name("data") / "extended_support.yml"
_MOST_YEARS = 30


def load(path: Path | None, changes: Iterable[str] = ()) -> RefreshPolicy:
    """Read and check the file; None is what is built in. ``changes`` are such as ``budget=400000``.

    Raises ConfigError with everything that is wrong.
    """
    document = (strict.read_yaml(path) if path else None) or {}
    if not isinstance(document, dict):
        raise ConfigError([f"{path}: must be a mapping of keys"])
    for change in changes:
        document = _changed(document, change)
    where = f"{path}: " if path else ""
    policy = strict.decode(RefreshPolicy, document, where=where)
    if problems := [f"{where}{problem}" for problem in _problems(policy)]:
        raise ConfigError(problems)
    if policy.alternatives.extended_support:
        return policy
    return replace(policy, alternatives=replace(policy.alternatives, extended_support=extended_support()))


def _changed(document: dict[str, Any], change: str) -> dict[str, Any]:
    """Set one key, also below others: ``scoring.due_at=60``. ``none`` takes a limit away."""
    name, equals, value = change.partition("=")
    if not equals or not name.strip():
        raise ConfigError([f"--what-if {change!r}: write key=value, such as budget=400000"])
    head, *rest = name.strip().split(".")
    if rest:
        below = document.get(head) or {}
        if not isinstance(below, dict):
            raise ConfigError([f"--what-if {change!r}: nothing can be set below {head}"])
        return document | {head: _changed(below, ".".join(rest) + "=" + value)}
    return document | {head: None if value.strip().lower() == "none" else value.strip()}


def extended_support() -> dict[str, tuple[SupportYear, ...]]:
    """Support that can be bought after its end, as published."""
    return strict.load(dict[str, tuple[SupportYear, ...]], _EXTENDED_SUPPORT)


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
