"""Reads the files that ``make lock`` writes: each distribution with its version, marker and hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_PIN = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?(?:\s*\\)?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One distribution. ``sha256`` holds one digest for each of its files, any of which may be installed."""

    name: str
    version: str
    marker: str | None
    sha256: tuple[str, ...]

    def wanted_here(self) -> bool:
        """Whether this machine's Python takes it."""
        return self.marker is None or Marker(self.marker).evaluate()


def read(path: Path) -> list[Pinned]:
    """Every distribution of a lock file, in its order. Raises ValueError for a line that is none of ours."""
    found: list[Pinned] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if digests := _HASH.findall(line):
            last = found[-1]
            found[-1] = Pinned(last.name, last.version, last.marker, (*last.sha256, *digests))
        elif pin := _PIN.match(line):
            found.append(Pinned(canonicalize_name(pin["name"]), pin["version"], pin["marker"], ()))
        elif line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"{path}:{number}: not understood: {line}")
    if bare := [each.name for each in found if not each.sha256]:
        raise ValueError(f"{path}: without a hash: {', '.join(bare)}")
    return found
