"""Linux: the live file system as the small tree that the parsers read."""

from __future__ import annotations

from pathlib import Path

from homeroom_agent.parsers.tree import natural

# No fact lives in a longer file; /proc/net/ipv6_route of a router is the largest that is read.
_BYTES = 256 * 1024


class LiveTree:
    """A tree under ``root``, which is ``/`` on a running machine and a directory of files in tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError as the kernel does."""
        with (self._root / path).open("rb", buffering=0) as file:
            return file.read(_BYTES) or b""

    def names(self, path: str) -> list[str]:
        """Names in a directory; empty where there is none or it may not be read."""
        try:
            return sorted((entry.name for entry in (self._root / path).iterdir()), key=natural)
        except OSError:
            return []

    def real(self, path: str) -> str:
        """The path with its links followed; the path itself where they lead out of the tree."""
        real = (self._root / path).resolve()
        return str(real.relative_to(self._root)) if real.is_relative_to(self._root) else path
