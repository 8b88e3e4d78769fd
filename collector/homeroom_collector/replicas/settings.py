"""The ``replicas`` section of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeroom_collector.strict import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSettings:
    """How long a dead collector's work waits for another, and how often a living one says so.

    ``catch_up`` is the time within which targets that were taken over are polled for the first time.
    """

    lease: Seconds = 12.0
    renew: Seconds = 3.0
    catch_up: Seconds = 8.0


def problems(settings: ReplicaSettings) -> Iterator[str]:
    """Everything that is wrong with a well-typed section."""
    if not 0 < settings.renew <= settings.lease / 3:
        yield "replicas.renew: must be more than 0 and at most a third of replicas.lease"
