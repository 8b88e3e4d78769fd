"""Every kind of problem there is, with the rule that it has by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from homeroom_collector.rules.health import (
    computer,
    hardware,
    itself,
    line,
    ports,
    power,
    presence,
    printer,
    school,
    wireless,
)
from homeroom_collector.rules.health.rule import Rule, Rules

DEFAULTS: Mapping[str, Rule] = MappingProxyType(
    {
        kind: rule
        for part in (school, line, presence, power, hardware, ports, wireless, printer, computer, itself)
        for kind, rule in part.RULES.items()
    }
)


def switched_on(rules: Mapping[str, Rule]) -> Rules:
    """Without those that are switched off."""
    return {kind: rule for kind, rule in rules.items() if rule.enabled}
