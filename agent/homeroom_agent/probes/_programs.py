"""Running a system's own program where it has no other interface: bounded in time and size, in the C locale."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

# Answer of a program, None where it could not be run or did not end in time. The exit status is the caller's to judge.
Runner = Callable[[Sequence[str], float], "bytes | None"]
_BYTES = 8 * 1024 * 1024
_LOW_PRIORITY_ON_WINDOWS = 0x4000 | 0x08000000  # BELOW_NORMAL_PRIORITY_CLASS | CREATE_NO_WINDOW


def run(command: Sequence[str], timeout_seconds: float) -> bytes | None:
    """Output of the program; what it writes to its error channel is dropped, names of people may be in there."""
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C"}
    flags = _LOW_PRIORITY_ON_WINDOWS if os.name == "nt" else 0
    try:
        done = subprocess.run(
            [*command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_seconds,
            env=environment,
            check=False,
            creationflags=flags,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if len(done.stdout) <= _BYTES else None
