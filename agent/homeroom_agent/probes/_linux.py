"""Linux: the live file system as the small tree that the parsers read."""

from __future__ import annotations

import os

from homeroom_agent.parsers.tree import natural

# No fact lives in a longer file; /proc/net/ipv6_route of a router is the largest that is read.
_BYTES = 256 * 1024


class LiveTree:
    """A tree under ``root``, which is ``/`` on a running machine and a directory of files in tests."""

    def __init__(self, root: str = "/") -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError as the kernel does."""
        with open(os.path.join(self._root, path), "rb", buffering=0) as file:  # noqa: PTH118, PTH123 - pathlib costs memory
            return file.read(_BYTES) or b""

    def names(self, path: str) -> list[str]:
        """Names in a directory; empty where there is none or it may not be read."""
        try:
            return sorted(os.listdir(os.path.join(self._root, path)), key=natural)  # noqa: PTH118, PTH208 - likewise
        except OSError:
            return []

    def real(self, path: str) -> str:
        """The path with its links followed."""
        return os.path.relpath(os.path.realpath(os.path.join(self._root, path)), self._root)  # noqa: PTH118 - likewise
