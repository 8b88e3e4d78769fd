"""Serving TLS from certificate files that may be renewed while the collector runs."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

from homeroom_collector.errors import ConfigError

_log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 10.0


class Certificate:
    """A TLS context that follows its files. Connections that are open keep what they were made with."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises ConfigError where the files cannot be used."""
        self._files = (certificate, key)
        self.context = _context()
        self._loaded = self._stamps()
        self._load(self.context)

    def look(self) -> bool:
        """Load the files again if they changed; True if that worked. What cannot be used leaves the old in place."""
        try:
            stamps = self._stamps()
            if stamps == self._loaded:
                return False
            self._loaded = stamps
            # First into a context that serves nobody: a half renewed pair must not break the one that does.
            self._load(_context())
            self._load(self.context)
        except ConfigError as error:
            _log.warning("certificate not renewed: %s", error)
            return False
        _log.info("certificate %s loaded again", self._files[0])
        return True

    async def follow(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self.look()

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        try:
            return tuple((stat.st_mtime_ns, stat.st_ino) for stat in (file.stat() for file in self._files))
        except OSError as error:
            raise ConfigError([f"listen.tls: {error.filename}: {error.strerror}"]) from None

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(*self._files)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError([f"listen.tls: {self._files[0]}: {error}"]) from None


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
