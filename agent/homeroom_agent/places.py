"""Where each system keeps configuration and state. Privileged: the machine's own places; otherwise the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_file() -> Path:
    """The configuration file that is read when none is named; it need not exist."""
    if sys.platform == "win32":
        return _program_data() / "agent.toml"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Homeroom/agent.toml")
    return Path("/etc/homeroom-agent/agent.toml")


def state_directory() -> Path:
    """Where spool, state and device key live. systemd says so by STATE_DIRECTORY (systemd.exec(5))."""
    if sys.platform == "win32":
        return _program_data()
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        mac = sys.platform == "darwin"
        return Path("/Library/Application Support/Homeroom" if mac else "/var/lib/homeroom-agent")
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "homeroom-agent"


def fallback_directory() -> Path | None:
    """Where to keep reports while the state directory cannot be written: memory, of this user alone. None without one.

    Never a place that others may write, such as ``/tmp``: the device key may have to be kept there, too.
    """
    if sys.platform == "win32":
        return None
    if given := os.environ.get("RUNTIME_DIRECTORY"):  # systemd.exec(5)
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return Path("/var/run/homeroom-agent")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "homeroom-agent" if runtime else None


def _program_data() -> Path:
    return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Homeroom"
