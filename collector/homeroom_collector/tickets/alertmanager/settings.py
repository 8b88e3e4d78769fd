"""The ``alertmanager`` section of ``tickets.yml``."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.secret import SecretSource
from homeroom_collector.strict import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerSettings:
    """``url`` None: alerts that are sent to us make tickets, but nothing is closed, because nobody can be asked.

    What is not there any more is believed only when the watchdog has been there for ``settle``, which must be longer
    than the longest ``for`` of the rules. Without it for ``blind``, a ticket says that nobody watches.
    """

    url: str | None = None
    token: SecretSource | None = None
    poll: Seconds = 30.0
    settle: Seconds = 360.0
    blind: Seconds = 900.0
    timeout: Seconds = 10.0
    max_body_bytes: int = 67_108_864
    keep: Seconds = 7 * 86_400.0


def problems(settings: AlertmanagerSettings) -> list[str]:
    """What is out of bounds."""
    checks = {
        "poll: must be more than 0": settings.poll > 0,
        "settle: must be more than 0": settings.settle > 0,
        "timeout: must be more than 0": settings.timeout > 0,
        "max_body_bytes: must be at least 10000": settings.max_body_bytes >= 10_000,
    }
    return [f"alertmanager.{message}" for message, fine in checks.items() if not fine]
