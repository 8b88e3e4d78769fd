"""Targets as they change: the files that ``snmp.targets_from`` names are read again when they are written.

So what ``homeroom snmp discover --output`` finds is polled without a restart. Targets in the configuration itself, and
credentials, count from the start on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.snmp.settings import SnmpSettings, problems, with_files
from homeroom_collector.snmp.targets import Target, targets

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 10.0

_Stamp = tuple[int, int] | None


class TargetFiles:
    """The targets of one configuration. Raises ConfigError at first where they cannot be used; later keeps the old."""

    def __init__(self, settings: SnmpSettings, environment: Mapping[str, str]) -> None:
        self._configured, self._environment = settings, environment
        self._stamps = self._look()
        self.settings = with_files(settings)
        self.targets: list[Target] = targets(self.settings, environment)

    @property
    def may_change(self) -> bool:
        """Whether there are files that may be written."""
        return bool(self._configured.targets_from)

    def reread(self) -> bool:
        """Read the files again if one was written; say whether there are other targets now."""
        stamps = self._look()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            settings = _checked(self._configured)
            found = targets(settings, self._environment)
        except ConfigError as error:
            _log.warning("targets stay as they were: %s", "; ".join(error.problems))
            return False
        changed = found != self.targets
        self.settings, self.targets = settings, found
        return changed

    async def changes(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncIterator[list[Target]]:
        """Give all targets each time they have changed."""
        while True:
            await pause(_EVERY_SECONDS)
            if await asyncio.to_thread(self.reread):
                yield self.targets

    def _look(self) -> list[_Stamp]:
        return [_stamp(path) for path in self._configured.targets_from]


def wan_ports(settings: SnmpSettings) -> dict[str, list[str]]:
    """Ports to the outside by the name of the target; those of a file that cannot be used now are missing."""
    try:
        return with_files(settings).wan()
    except ConfigError:
        return settings.wan()


def _checked(configured: SnmpSettings) -> SnmpSettings:
    settings = with_files(configured)
    if wrong := problems(settings):
        raise ConfigError(wrong)
    return settings


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
