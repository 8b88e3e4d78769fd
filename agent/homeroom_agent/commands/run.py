"""``run``: stay, and start the processes that measure and send."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from homeroom_agent.clock import Clock
from homeroom_agent.supervisor import Process, Supervisor

_CREATE_NO_WINDOW = 0x08000000  # or a black window would flash up for a student


def main(options: argparse.Namespace) -> int:
    """Run until a signal ends it."""
    supervisor = Supervisor(_launcher(options), Clock())
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):  # the last is how Windows asks
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: supervisor.stop())
    return supervisor.run()


def _launcher(options: argparse.Namespace) -> Callable[[Sequence[str]], Process]:
    """How to start this very program again; a frozen build is its own interpreter."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "homeroom_agent"]
    named = ["--config", str(options.config)] if options.config else []

    def launch(arguments: Sequence[str]) -> Process:
        return subprocess.Popen(
            [*program, *arguments, *named],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            creationflags=_CREATE_NO_WINDOW if os.name == "nt" else 0,
        )

    return launch
