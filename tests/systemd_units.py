"""What systemd itself says of a unit file, without running it."""

import re
import subprocess
from pathlib import Path

import pytest

from stack import tool


def exposure(unit: Path) -> float:
    """How much a service could do to the machine, from 0 to 10, with the drop-ins that lie beside it."""
    said = _analyze("security", "--offline=true", unit)
    found = re.search(r"exposure level for \S+: ([\d.]+)", said.stdout)
    if not found:
        pytest.fail(said.stdout + said.stderr)
    return float(found[1])


def complaints(unit: Path) -> list[str]:
    """What systemd does not understand in a unit."""
    return [line for line in _analyze("verify", "--man=no", unit).stderr.splitlines() if "homeroom" in line]


def _analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    verb, *rest = arguments
    command = [tool("systemd-analyze"), verb, "--no-pager", *rest]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
