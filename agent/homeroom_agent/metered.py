"""Is the way to the internet paid by volume? Asked only before a throughput measurement, which is rare."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

_NMCLI = ("nmcli", "--terse", "--fields", "GENERAL.STATE,GENERAL.METERED", "device", "show")
_WAIT_SECONDS = 5.0
_PAID = ("yes", "yes (guessed)")
_UNRESTRICTED = 1  # NLM_CONNECTION_COST of netlistmgr.h
_FREE = ("no", "no (guessed)")


def metered() -> bool | None:
    """What the system says of the connection in use; None where it does not say."""
    if sys.platform == "win32":
        from homeroom_agent.windows_cost import connection_cost

        cost = connection_cost()
        return None if not cost else not cost & _UNRESTRICTED
    return network_manager(_nmcli()) if sys.platform == "linux" else None  # macOS has no interface for programs


def may_measure(links: Iterable[Mapping[str, Any]], *, paid: bool | None) -> bool:
    """Whether throughput may be measured: never where volume is paid, and where nobody says only on a cable.

    ``links`` are those of a report.
    """
    active = [link.get("type") for link in links if link.get("active")]
    if paid or "cellular" in active:
        return False
    return paid is False or active == ["ethernet"]


def network_manager(output: str) -> bool | None:
    """Read ``nmcli`` (see nm-settings(5), connection.metered): the worst of the connected devices decides."""
    answers = [
        value
        for state, value in _devices(output)
        if state.startswith("100")  # NM_DEVICE_STATE_ACTIVATED
    ]
    if any(answer in _PAID for answer in answers):
        return True
    return False if any(answer in _FREE for answer in answers) else None


def _devices(output: str) -> Iterable[tuple[str, str]]:
    state = ""
    for line in output.splitlines():
        name, _, value = line.partition(":")
        if name == "GENERAL.STATE":
            state = value
        elif name == "GENERAL.METERED":
            yield state, value.strip()


def _nmcli() -> str:
    try:
        ran = subprocess.run(_NMCLI, capture_output=True, text=True, timeout=_WAIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""  # no NetworkManager here
    return ran.stdout
