"""The ``google`` section of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from homeroom_collector.rules.org_units import OrgUnitRule, problem
from homeroom_collector.safe_url import safe
from homeroom_collector.strict import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """How to ask Google. Without ``key_file`` nothing is asked.

    ``subject`` is the administrator in whose name the service account asks (domain-wide delegation). ``token_url``
    None: as the key file says. ``longest_wait`` bounds one wait for a quota to fill up again.
    """

    key_file: Path | None = None
    subject: str | None = None
    customer: str = "my_customer"
    directory_url: str = "https://admin.googleapis.com"
    telemetry_url: str = "https://chromemanagement.googleapis.com"
    token_url: str | None = None
    interval: Seconds = 3 * 3600.0
    directory_page: int = 300
    telemetry_page: int = 200
    telemetry: bool = True
    timeout: Seconds = 60.0
    tries: int = 8
    longest_wait: Seconds = 300.0
    org_units: list[OrgUnitRule] = field(default_factory=list)


def problems(settings: GoogleSettings) -> list[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    return [*_bounds(settings), *_urls(settings), *_rules(settings)]


def _bounds(settings: GoogleSettings) -> Iterator[str]:
    for name, most in (("directory_page", 300), ("telemetry_page", 1000), ("tries", 100)):
        if not 1 <= getattr(settings, name) <= most:
            yield f"google.{name}: must be between 1 and {most}"
    for name in ("interval", "timeout"):
        if getattr(settings, name) <= 0:
            yield f"google.{name}: must be more than 0"
    if settings.key_file is not None and not settings.subject:
        yield "google.subject: missing; the address of the administrator in whose name Google is asked"
    if not settings.customer.replace("_", "").isalnum():
        yield f"google.customer: {settings.customer!r} is not a customer id, such as C01abcdef or my_customer"


def _urls(settings: GoogleSettings) -> Iterator[str]:
    for name in ("directory_url", "telemetry_url", "token_url"):
        text = getattr(settings, name)
        if text is not None and not safe(text):
            yield f"google.{name}: {text!r} is not an https address"


def _rules(settings: GoogleSettings) -> Iterator[str]:
    for index, rule in enumerate(settings.org_units):
        if found := problem(rule):
            yield f"google.org_units[{index}]: {found}"


def located(settings: GoogleSettings, folder: Path) -> GoogleSettings:
    """Make relative paths start at ``folder``."""
    return replace(settings, key_file=folder / settings.key_file if settings.key_file else None)
