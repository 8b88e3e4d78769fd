"""Which engine opens a session: the configured one, or pysnmp where gufo-snmp cannot (SNMPv3 contexts, no wheel)."""

from __future__ import annotations

import importlib.util

from homeroom_collector.snmp.engines.pysnmp.engine import PysnmpEngine
from homeroom_collector.snmp.session import Credentials, Endpoint, Engine, EngineName, Session

_PYSNMP_ONLY = ("3des", "aes192c", "aes256c")
"""Privacy that gufo-snmp does not have."""


class Engines:
    """Both engines behind one door. Close it when the process ends."""

    def __init__(self, name: EngineName = "gufo") -> None:
        self.name: EngineName = name if name == "pysnmp" or has_gufo() else "pysnmp"
        self._pysnmp = PysnmpEngine()
        self._chosen: Engine = self._pysnmp if self.name == "pysnmp" else _gufo()

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        """Make a session on the chosen engine; ``Session.engine`` says which it came to be."""
        if credentials.version == "3" and (credentials.context or credentials.priv_protocol in _PYSNMP_ONLY):
            return await self._pysnmp.open(endpoint, credentials)
        return await self._chosen.open(endpoint, credentials)

    async def close(self) -> None:
        """Stop what the engines run."""
        await self._pysnmp.close()


def has_gufo() -> bool:
    """Tell whether gufo-snmp is installed: it has no wheel for Windows."""
    return importlib.util.find_spec("gufo") is not None


def _gufo() -> Engine:
    from homeroom_collector.snmp.engines.gufo.engine import GufoEngine

    return GufoEngine()
